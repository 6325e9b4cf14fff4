import type { Story, StorySummary } from '../../../api/types';
import { codePointLength, withoutFirst } from '../../../text/codePoints';
import type { StoryEvent } from './storyEvents';

/** A story as far as this page knows it. */
export interface Transcript {
  story: StorySummary;
  text: string;
  /** Length of `text` in Unicode code points, the unit of the server's offsets. */
  length: number;
  /** How often the text was voided so far. */
  generation: number;
  /** A piece of the text is missing: it has to be read again from its beginning. */
  incomplete: boolean;
}

export function transcriptOf(story: Story): Transcript {
  return {
    story,
    text: story.text,
    length: codePointLength(story.text),
    generation: story.restarts,
    incomplete: false,
  };
}

/**
 * The transcript after an event. Events may come twice (after a reconnect the server starts where
 * it knows the reader to be) and from a text that has been voided since.
 */
export function afterEvent(before: Transcript, event: StoryEvent): Transcript {
  const generation = event.generation ?? before.generation;
  if (generation < before.generation) return before;
  const current = generation > before.generation ? voided(before, generation) : before;
  switch (event.type) {
    case 'status':
      return { ...current, story: event.story };
    case 'delta':
      return withDelta(current, event.offset, event.text);
    case 'restart':
      return voided(current, generation);
    case 'ended':
      return {
        ...current,
        story: event.story,
        incomplete: event.story.text_length !== current.length,
      };
  }
}

function withDelta(before: Transcript, offset: number, text: string): Transcript {
  const known = before.length - offset;
  if (known < 0) return { ...before, incomplete: true };
  const addition = withoutFirst(text, known);
  if (addition === '' && !before.incomplete) return before;
  return {
    ...before,
    text: before.text + addition,
    length: before.length + codePointLength(addition),
    incomplete: false,
  };
}

function voided(before: Transcript, generation: number): Transcript {
  return { ...before, text: '', length: 0, generation, incomplete: false };
}
