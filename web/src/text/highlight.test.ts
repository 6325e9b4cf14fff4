import { describe, expect, it } from 'vitest';

import { highlight, nearFirstHit } from './highlight';

describe('the hits of a search', () => {
  it('are marked wherever they stand, whatever their capitals', () => {
    expect(highlight('The Fox met a fox.', 'FOX')).toEqual([
      { text: 'The ', hit: false },
      { text: 'Fox', hit: true },
      { text: ' met a ', hit: false },
      { text: 'fox', hit: true },
      { text: '.', hit: false },
    ]);
  });

  it('are looked for literally', () => {
    expect(highlight('a+b (c)', '(c)')).toEqual([
      { text: 'a+b ', hit: false },
      { text: '(c)', hit: true },
    ]);
    expect(highlight('abc', '.')).toEqual([{ text: 'abc', hit: false }]);
    expect(highlight('abc', '')).toEqual([{ text: 'abc', hit: false }]);
  });
});

describe('an excerpt', () => {
  it('begins near its first hit, at a word or at any letter where words are not set apart', () => {
    const english = nearFirstHit(
      `${'a walk in the wood '.repeat(5)}to the lantern and on`,
      'Lantern',
    );
    expect(english).toMatch(/^…\w+ .*to the lantern and on$/);
    expect(english.indexOf('lantern')).toBeLessThan(45);
    const japanese = nearFirstHit(
      `${'森のなかを歩きました。'.repeat(5)}ランタンがあります`,
      'ランタン',
    );
    expect(japanese).toMatch(/^….*ランタンがあります$/);
    expect(japanese.indexOf('ランタン')).toBeLessThan(22);
  });

  it('stays as it is where the hit is near, or not in it', () => {
    expect(nearFirstHit('by the lantern', 'lantern')).toBe('by the lantern');
    expect(nearFirstHit('a wood '.repeat(20), 'lantern')).toBe('a wood '.repeat(20));
  });
});
