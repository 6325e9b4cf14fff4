import type { StorySummary } from '../../../api/types';

/** A server-sent event as it came over the wire. */
export interface RawEvent {
  id?: string | undefined;
  event?: string | undefined;
  data: string;
}

/**
 * What can happen to a story while somebody watches. `generation` counts how often its text was
 * voided before; null when the event does not say.
 */
export type StoryEvent = { generation: number | null } & (
  | { type: 'status'; story: StorySummary }
  /** `offset`: Unicode code points of the whole text before this piece. */
  | { type: 'delta'; offset: number; text: string }
  | { type: 'restart' }
  | { type: 'ended'; story: StorySummary }
);

/** The event in a wire message, or null when it is none of ours or cannot be read. */
export function readStoryEvent(raw: RawEvent): StoryEvent | null {
  const data = fieldsOf(raw.data);
  if (data === null) return null;
  const generation = generationOf(raw.id);
  switch (raw.event) {
    case 'status':
      return isStory(data) ? { type: 'status', generation, story: data } : null;
    case 'delta': {
      const { offset, text } = data;
      return typeof offset === 'number' && typeof text === 'string'
        ? { type: 'delta', generation, offset, text }
        : null;
    }
    case 'restart':
      return { type: 'restart', generation };
    case 'finished':
    case 'failed':
    case 'cancelled':
      return isStory(data) ? { type: 'ended', generation, story: data } : null;
    default:
      return null;
  }
}

/** Event ids are `{restarts}-{offset}`, with `-end` after a final event. */
function generationOf(id: string | undefined): number | null {
  const restarts = /^(\d+)-\d+(-end)?$/.exec(id ?? '')?.[1];
  return restarts === undefined ? null : Number(restarts);
}

type Fields = Record<string, unknown>;

function fieldsOf(data: string): Fields | null {
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Fields) : null;
  } catch {
    return null;
  }
}

/** The server keeps to its schema; this only tells a story from something else altogether. */
function isStory(fields: Fields): fields is Fields & StorySummary {
  return typeof fields.id === 'string' && typeof fields.status === 'string';
}
