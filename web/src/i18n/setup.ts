import i18next, { type i18n, type InitOptions } from 'i18next';
import { initReactI18next } from 'react-i18next';

import { type Language, preferredLanguage } from './language';
import type { Words } from './words';

/** Each language is a file of its own, so that a reader loads one only. */
const WORDS: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import('./locales/en')).en,
  ja: async () => (await import('./locales/ja')).ja,
};

/** How translations work, with the words of one language. */
export async function translationsIn(language: Language): Promise<InitOptions> {
  return {
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: await WORDS[language]() } },
    interpolation: { escapeValue: false },
    returnNull: false,
  };
}

/** Starts the translations in the language that the reader prefers. */
export async function startI18n(): Promise<i18n> {
  const language = preferredLanguage();
  await i18next.use(initReactI18next).init(await translationsIn(language));
  document.documentElement.lang = language;
  return i18next;
}

/** Shows everything in another language. */
export async function showIn(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', await WORDS[language]());
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
