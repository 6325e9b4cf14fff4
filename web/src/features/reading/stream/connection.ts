import { createParser } from 'eventsource-parser';

import type { RawEvent } from './storyEvents';

export type ConnectionState = 'connecting' | 'open' | 'reconnecting';

/** What the reader of an event wants next. */
export type Verdict =
  | 'go-on'
  /** Something is missing: read the stream again from its beginning. */
  | 'rewind'
  /** That was the last event. */
  | 'done';

export interface StreamReader {
  onEvent: (event: RawEvent) => Verdict;
  onState: (state: ConnectionState) => void;
}

/** Waits between connections; rejects never, returns early when `signal` aborts. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Why reading came to its end. */
export type StreamEnd = 'done' | 'nothing-new' | 'gone' | 'aborted';

/** The server sends a comment every 15 s; silence for longer than this means a dead connection. */
const LONGEST_SILENCE = 45_000;
const SHORTEST_DELAY = 500;
const LONGEST_DELAY = 15_000;

/**
 * Reads an event stream until its final event, however often the connection breaks.
 *
 * The browser's own EventSource gives up for good after an answer such as 503, and tells nobody
 * that it is reconnecting; this one goes on until the story is gone (404) or `signal` aborts.
 */
export async function readStream(
  url: string,
  reader: StreamReader,
  signal: AbortSignal,
  wait: Wait = pause,
): Promise<StreamEnd> {
  let lastEventId = '';
  let failures = 0;
  reader.onState('connecting');
  while (!signal.aborted) {
    const end = await readOnce(url, lastEventId, signal, {
      ...reader,
      onEvent: (event) => {
        const verdict = reader.onEvent(event);
        if (verdict === 'go-on') failures = 0;
        lastEventId = verdict === 'rewind' ? '' : (event.id ?? lastEventId);
        return verdict;
      },
    });
    if (end !== 'broken') return end;
    reader.onState('reconnecting');
    await wait(delayAfter(failures), signal);
    failures += 1;
  }
  return 'aborted';
}

/** Exponential, with jitter so that a thousand readers do not come back in the same moment. */
function delayAfter(failures: number): number {
  const delay = Math.min(SHORTEST_DELAY * 2 ** failures, LONGEST_DELAY);
  return delay * (0.5 + Math.random() / 2);
}

async function readOnce(
  url: string,
  lastEventId: string,
  signal: AbortSignal,
  reader: StreamReader,
): Promise<StreamEnd | 'broken'> {
  const connection = new AbortController();
  const watch = silenceWatch(() => {
    connection.abort();
  });
  try {
    const response = await fetch(url, {
      headers: {
        Accept: 'text/event-stream',
        ...(lastEventId !== '' && { 'Last-Event-ID': lastEventId }),
      },
      cache: 'no-store',
      signal: AbortSignal.any([signal, connection.signal]),
    });
    if (response.status === 204) return 'nothing-new';
    if (response.status === 404) return 'gone';
    if (!response.ok || response.body === null) return 'broken';
    reader.onState('open');
    return (await readEvents(response.body, watch.heard, reader.onEvent)) ?? 'broken';
  } catch {
    return signal.aborted ? 'aborted' : 'broken';
  } finally {
    watch.end();
    connection.abort();
  }
}

/** Feeds the events of one connection; undefined when it ended before the final event. */
async function readEvents(
  body: ReadableStream<Uint8Array>,
  heard: () => void,
  onEvent: StreamReader['onEvent'],
): Promise<'done' | undefined> {
  const reading = { verdict: 'go-on' as Verdict };
  const parser = createParser({
    onEvent: (event) => {
      if (reading.verdict === 'go-on') reading.verdict = onEvent(event);
    },
  });
  const bytes = body.getReader();
  const decoder = new TextDecoder();
  while (reading.verdict === 'go-on') {
    const { done, value } = await bytes.read();
    if (done) return undefined;
    heard();
    parser.feed(decoder.decode(value, { stream: true }));
  }
  return reading.verdict === 'done' ? 'done' : undefined;
}

function silenceWatch(onSilence: () => void) {
  let timer = setTimeout(onSilence, LONGEST_SILENCE);
  return {
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(onSilence, LONGEST_SILENCE);
    },
    end: () => {
      clearTimeout(timer);
    },
  };
}

/** Waits, but not longer than until the network is back. */
const pause: Wait = (milliseconds, signal) =>
  new Promise((resolve) => {
    const woken = new AbortController();
    const wake = () => {
      clearTimeout(timer);
      woken.abort();
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    window.addEventListener('online', wake, { signal: woken.signal });
    signal.addEventListener('abort', wake, { signal: woken.signal });
  });
