import { describe, expect, it } from 'vitest';

import { highlight } from './highlight';

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
