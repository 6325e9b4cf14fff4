import { readStored, removeStored, writeStored } from '../../browser/storage';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORAGE_KEY = 'storybot.theme';

/** What was chosen before, else the system's theme. public/first-paint.js has already applied it. */
export function chosenTheme(): Theme {
  const stored = readStored(STORAGE_KEY);
  return THEMES.find((theme) => theme === stored) ?? 'system';
}

export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') {
    delete root.dataset.theme;
    removeStored(STORAGE_KEY);
  } else {
    root.dataset.theme = theme;
    writeStored(STORAGE_KEY, theme);
  }
}
