import { describe, expect, it } from 'vitest';

import { aSummary } from '../../../test/stories';
import { readStoryEvent } from './storyEvents';

function read(event: string, data: unknown, id?: string) {
  return readStoryEvent({ event, data: JSON.stringify(data), id });
}

describe('reading a story event', () => {
  it('finds the generation in the id', () => {
    expect(read('delta', { offset: 3, text: 'x' }, '2-4')).toEqual({
      type: 'delta',
      generation: 2,
      offset: 3,
      text: 'x',
    });
    expect(read('finished', aSummary(), '1-4-end')).toMatchObject({ type: 'ended', generation: 1 });
  });

  it('does without an id that makes no sense', () => {
    expect(read('restart', { restarts: 1 }, 'nonsense')).toEqual({
      type: 'restart',
      generation: null,
    });
  });

  it.each(['finished', 'failed', 'cancelled'])('takes %s for an end', (event) => {
    expect(read(event, aSummary())?.type).toBe('ended');
  });

  it('passes over what it does not know or cannot read', () => {
    expect(read('applause', {})).toBeNull();
    expect(read('delta', { offset: '3', text: 'x' })).toBeNull();
    expect(read('delta', null)).toBeNull();
    expect(read('status', { hello: 'world' })).toBeNull();
    expect(readStoryEvent({ event: 'delta', data: '{broken' })).toBeNull();
  });
});
