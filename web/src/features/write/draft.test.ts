import { describe, expect, it } from 'vitest';

import { EMPTY_DRAFT, mistakesIn, promptOf, storedDraft, storeDraft } from './draft';
import { idempotencyKeyFor, settleSubmission } from './submission';

const FOX = { ...EMPTY_DRAFT, content: ' A fox ', language: 'en' };

describe('a draft', () => {
  it('is kept over a reload', () => {
    storeDraft({ ...FOX, genre: 'bedtime' });
    expect(storedDraft()).toEqual({ ...FOX, genre: 'bedtime' });
  });

  it.each(['{broken', '[]', 'null', '{"content": 3, "genre": "war"}'])(
    'starts empty from what cannot be read: %s',
    (stored) => {
      localStorage.setItem('storybot.draft', stored);
      expect(storedDraft()).toEqual(EMPTY_DRAFT);
    },
  );

  it('is sent without the wishes that were left open', () => {
    expect(promptOf({ ...FOX, age: ' 6 ', protagonist: ' ' })).toEqual({
      content: 'A fox',
      options: { language: 'en', age: 6 },
    });
  });

  it('may be sent when it has an idea that is not too long', () => {
    expect(mistakesIn(FOX, 5)).toEqual({});
    expect(mistakesIn({ ...FOX, content: ' \n\t' }, 5)).toEqual({ content: 'empty' });
    expect(mistakesIn({ ...FOX, content: 'A wolf' }, 5)).toEqual({ content: 'tooLong' });
    expect(mistakesIn({ ...FOX, content: '🦊🦊🦊🦊🦊' }, 5)).toEqual({});
  });

  it.each(['six', '-1', '121', '6.5', '1e1'])('has no age of %s', (age) => {
    expect(mistakesIn({ ...FOX, age }, 5)).toEqual({ age: 'badAge' });
  });

  it.each(['', '0', '6', '120'])('may have an age of %j', (age) => {
    expect(mistakesIn({ ...FOX, age }, 5)).toEqual({});
  });
});

describe('the Idempotency-Key', () => {
  const fox = promptOf(FOX);

  it('stays the same for a prompt whose fate is not known', () => {
    expect(idempotencyKeyFor(fox)).toBe(idempotencyKeyFor({ ...fox }));
  });

  it('is another one for another prompt', () => {
    expect(idempotencyKeyFor(fox)).not.toBe(idempotencyKeyFor({ ...fox, content: 'A wolf' }));
  });

  it('is another one once the answer is known', () => {
    const first = idempotencyKeyFor(fox);
    settleSubmission();
    expect(idempotencyKeyFor(fox)).not.toBe(first);
  });
});
