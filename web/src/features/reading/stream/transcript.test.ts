import { describe, expect, it } from 'vitest';

import { aStory, aSummary } from '../../../test/stories';
import type { StoryEvent } from './storyEvents';
import { afterEvent, transcriptOf, type Transcript } from './transcript';

const EMPTY = transcriptOf(aStory({ status: 'queued', text: '' }));

function delta(offset: number, text: string, generation: number | null = 0): StoryEvent {
  return { type: 'delta', generation, offset, text };
}

function after(events: StoryEvent[], start: Transcript = EMPTY): Transcript {
  return events.reduce(afterEvent, start);
}

describe('a transcript', () => {
  it('joins the pieces of a story', () => {
    expect(after([delta(0, 'Once '), delta(5, 'upon'), delta(9, ' a time')]).text).toBe(
      'Once upon a time',
    );
  });

  it('starts with what was known when the page opened', () => {
    const start = transcriptOf(aStory({ status: 'writing', text: 'Once ' }));
    expect(after([delta(0, 'Once upon')], start).text).toBe('Once upon');
  });

  it('takes a piece that comes twice once', () => {
    expect(after([delta(0, 'Once '), delta(0, 'Once '), delta(5, 'upon')]).text).toBe('Once upon');
  });

  it('takes only what is new of a piece that overlaps', () => {
    expect(after([delta(0, 'Once upon'), delta(5, 'upon a time')]).text).toBe('Once upon a time');
  });

  it('counts offsets in code points, not in UTF-16 units', () => {
    const events = [delta(0, '🦊と🏮'), delta(3, 'が'), delta(1, 'と🏮がいた')];
    expect(after(events)).toMatchObject({ text: '🦊と🏮がいた', length: 6 });
  });

  it('cuts an overlap between characters of two UTF-16 units', () => {
    expect(after([delta(0, '𠮷🦊'), delta(1, '🦊🌰')]).text).toBe('𠮷🦊🌰');
  });

  it('does not show a piece that comes before the one that it follows', () => {
    const gap = after([delta(0, 'Once '), delta(9, ' a time')]);
    expect(gap).toMatchObject({ text: 'Once ', incomplete: true });
    expect(after([delta(0, 'Once upon a time')], gap)).toMatchObject({
      text: 'Once upon a time',
      incomplete: false,
    });
  });

  it('forgets a text that is void', () => {
    const events: StoryEvent[] = [
      delta(0, 'A false start'),
      { type: 'restart', generation: 1 },
      delta(0, 'Once', 1),
    ];
    expect(after(events)).toMatchObject({ text: 'Once', length: 4, generation: 1 });
  });

  it('notices by the event id that the text was voided while nobody was connected', () => {
    expect(after([delta(0, 'A false start'), delta(0, 'Once', 2)])).toMatchObject({
      text: 'Once',
      generation: 2,
    });
  });

  it('ignores what still comes of a text that is void', () => {
    const events: StoryEvent[] = [{ type: 'restart', generation: 1 }, delta(0, 'Old', 0)];
    expect(after(events).text).toBe('');
  });

  it('takes an event without an id for one of the current text', () => {
    expect(after([delta(0, 'Once', 1), delta(4, ' upon', null)]).text).toBe('Once upon');
  });

  it('keeps its text through changes of status', () => {
    const story = aSummary({ status: 'writing' });
    const transcript = after([delta(0, 'Once'), { type: 'status', generation: 0, story }]);
    expect(transcript).toMatchObject({ text: 'Once', story: { status: 'writing' } });
  });

  it.each(['finished', 'failed', 'cancelled'] as const)('ends as %s with its text', (status) => {
    const story = aSummary({ status, text: 'Once' });
    const transcript = after([delta(0, 'Once'), { type: 'ended', generation: 0, story }]);
    expect(transcript).toMatchObject({ text: 'Once', story: { status }, incomplete: false });
  });

  it('knows at the end that a piece never came', () => {
    const story = aSummary({ status: 'finished', text: 'Once upon a time' });
    expect(after([delta(0, 'Once'), { type: 'ended', generation: 0, story }]).incomplete).toBe(
      true,
    );
  });
});
