import '@testing-library/jest-dom/vitest';

import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';

import { showIn, startI18n } from '../i18n/setup';

// Deadlines, not delays: what is waited for comes within milliseconds on an idle machine.
configure({ asyncUtilTimeout: 10_000 });

await startI18n();

// jsdom lacks what only a browser with a screen can do.
window.matchMedia = (query) =>
  Object.assign(new EventTarget(), {
    matches: true,
    media: query,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  });
window.ResizeObserver = class {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
};
window.scrollTo = () => undefined;
Element.prototype.getAnimations = () => [];

beforeEach(async () => {
  localStorage.clear();
  for (const name of ['face', 'size', 'view'])
    document.documentElement.removeAttribute(`data-${name}`);
  await showIn('en');
});

afterEach(cleanup);
