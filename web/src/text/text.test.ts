import { describe, expect, it } from 'vitest';

import { codePointLength, firstOf, withoutFirst } from './codePoints';
import { languageOf } from './languageOf';
import { textLength } from './textLength';
import { titleOf } from './titleOf';

describe('code points', () => {
  it('are counted whatever they take in UTF-16', () => {
    expect(codePointLength('')).toBe(0);
    expect(codePointLength('fox')).toBe(3);
    expect(codePointLength('𠮷野家🦊')).toBe(4);
    expect(codePointLength('\ud83e')).toBe(1);
  });

  it('are never cut in two', () => {
    expect(firstOf('🦊🏮🌰', 2)).toBe('🦊🏮');
    expect(withoutFirst('🦊🏮🌰', 2)).toBe('🌰');
    expect(withoutFirst('🦊', 5)).toBe('');
  });
});

describe('the language of a text', () => {
  it.each([
    ['むかしむかし', null, 'ja'],
    ['むかしむかし', 'en', 'ja'],
    ['Once upon a time', 'ja', 'en'],
    ['Once upon a time', null, 'en'],
    ['Il était une fois', 'fr', 'fr'],
    ['从前有一只狐狸', 'zh', 'zh'],
    ['', 'ja', 'ja'],
  ])('of %j, asked for in %s, is %s', (text, asked, language) => {
    expect(languageOf(text, asked)).toBe(language);
  });
});

describe('a title', () => {
  it('is the first line of an idea', () => {
    expect(titleOf('  A fox\nand a lantern')).toBe('A fox');
  });

  it('is cut between words', () => {
    const title = titleOf('A fox who '.repeat(20));
    expect(title.length).toBeLessThanOrEqual(81);
    expect(title).toMatch(/(A|fox|who)…$/);
  });

  it('is cut anywhere in a script without spaces, and takes no more room', () => {
    expect(titleOf('狐'.repeat(200))).toBe(`${'狐'.repeat(40)}…`);
    expect(titleOf('狐'.repeat(40))).toBe('狐'.repeat(40));
    expect(titleOf('🦊'.repeat(41))).toBe(`${'🦊'.repeat(40)}…`);
  });
});

describe('the length of a story', () => {
  it('is counted in words, and in characters where words are not set apart', () => {
    expect(textLength('Once upon\na time.', 'en')).toBe(4);
    expect(textLength('', 'en')).toBe(0);
    expect(textLength('むかし、\n狐が', 'ja')).toBe(6);
  });
});
