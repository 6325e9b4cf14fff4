import { readStored, writeStored } from '../browser/storage';

export const LANGUAGES = ['ja', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const STORAGE_KEY = 'storybot.language';

/** What was chosen before, else the first of the browser's languages that we have, else English. */
export function preferredLanguage(): Language {
  const wished = [readStored(STORAGE_KEY), ...navigator.languages];
  for (const tag of wished) {
    const language = LANGUAGES.find((known) => tag?.toLowerCase().split('-')[0] === known);
    if (language !== undefined) return language;
  }
  return 'en';
}

export function rememberLanguage(language: Language): void {
  writeStored(STORAGE_KEY, language);
}
