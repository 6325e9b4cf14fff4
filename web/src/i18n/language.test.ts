import { describe, expect, it, vi } from 'vitest';

import { preferredLanguage, rememberLanguage } from './language';

function browserSpeaks(...languages: string[]) {
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(languages);
}

describe('the preferred language', () => {
  it('is the first of the browser that there is', () => {
    browserSpeaks('fr-FR', 'ja-JP', 'en-US');
    expect(preferredLanguage()).toBe('ja');
  });

  it('is English when the browser has none that there is', () => {
    browserSpeaks('fr');
    expect(preferredLanguage()).toBe('en');
  });

  it('is the one that was chosen, whatever the browser says', () => {
    browserSpeaks('en');
    rememberLanguage('ja');
    expect(preferredLanguage()).toBe('ja');
  });

  it('survives a browser without storage', () => {
    browserSpeaks('ja');
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(preferredLanguage()).toBe('ja');
  });
});
