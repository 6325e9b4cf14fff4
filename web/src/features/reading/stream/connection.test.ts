import { beforeEach, describe, expect, it, vi } from 'vitest';

import { eventStream, fakeApi, problem } from '../../../test/fakeApi';
import { readStream, type ConnectionState, type Verdict } from './connection';

const ROUTE = 'GET /stories/1/events';
const URL_OF_EVENTS = '/api/v1/stories/1/events';

/** Reads the stream without waiting between connections, and keeps what it was told. */
function follow(
  verdictOf: (data: string) => Verdict = (data) => (data === '"end"' ? 'done' : 'go-on'),
) {
  const told = { events: [] as string[], states: [] as ConnectionState[], waits: [] as number[] };
  const stop = new AbortController();
  const end = readStream(
    URL_OF_EVENTS,
    {
      onEvent: ({ data }) => {
        told.events.push(data);
        return verdictOf(data);
      },
      onState: (state) => told.states.push(state),
    },
    stop.signal,
    (milliseconds) => {
      told.waits.push(milliseconds);
      return Promise.resolve();
    },
  );
  return { told, stop, end };
}

describe('an event stream', () => {
  let api: ReturnType<typeof fakeApi>;
  beforeEach(() => {
    api = fakeApi();
  });

  /** Answers one connection after the other; each answer is used once. */
  function answer(...responses: (() => Response)[]) {
    api.on(ROUTE, () => responses.shift()?.() ?? problem(500));
  }

  function streamOf(...events: [data: string, id: string][]) {
    return (finish: 'end' | 'breakOff' = 'end') =>
      () => {
        const stream = eventStream();
        for (const [data, id] of events) stream.send('delta', data, id);
        // A broken stream throws away what nobody has read yet.
        if (finish === 'end') stream.end();
        else
          setTimeout(() => {
            stream.breakOff();
          });
        return stream.response;
      };
  }

  it('is read until its last event', async () => {
    answer(streamOf(['one', '0-3'], ['end', '0-3-end'])());
    const { told, end } = follow();
    expect(await end).toBe('done');
    expect(told.events).toEqual(['"one"', '"end"']);
    expect(told.states).toEqual(['connecting', 'open']);
  });

  it('starts from nothing, and goes on after the last event that it has seen', async () => {
    answer(
      streamOf(['one', '0-3'])('breakOff'),
      streamOf(['two', '0-6'])('end'),
      streamOf(['end', '0-6-end'])(),
    );
    const { told, end } = follow();
    await end;
    expect(told.events).toEqual(['"one"', '"two"', '"end"']);
    expect(api.calls(ROUTE).map(({ headers }) => headers.get('Last-Event-ID'))).toEqual([
      null,
      '0-3',
      '0-6',
    ]);
    expect(told.states).toContain('reconnecting');
  });

  it('comes back after answers that are errors, waiting longer each time', async () => {
    answer(
      () => problem(503),
      () => problem(502),
      () => problem(429),
      streamOf(['end', '0-0-end'])(),
    );
    const { told, end } = follow();
    expect(await end).toBe('done');
    expect(told.waits).toHaveLength(3);
    expect(told.waits[1]).toBeGreaterThanOrEqual(500);
    expect(told.waits[2]).toBeGreaterThanOrEqual(1000);
  });

  it('comes back after no answer at all', async () => {
    let first = true;
    const events = streamOf(['end', '0-0-end'])();
    api.on(ROUTE, () => {
      if (!first) return events();
      first = false;
      throw new TypeError('Failed to fetch');
    });
    expect(await follow().end).toBe('done');
  });

  it('is read from its beginning when something is missing', async () => {
    answer(streamOf(['one', '0-3'], ['gap', '0-9'])(), streamOf(['end', '0-9-end'])());
    const { end } = follow((data) =>
      data === '"gap"' ? 'rewind' : data === '"end"' ? 'done' : 'go-on',
    );
    await end;
    expect(api.calls(ROUTE)[1]?.headers.get('Last-Event-ID')).toBeNull();
  });

  it('takes no event after the one that ends it', async () => {
    answer(streamOf(['end', '0-0-end'], ['more', '0-4'])());
    const { told, end } = follow();
    await end;
    expect(told.events).toEqual(['"end"']);
  });

  it('ends when the server has nothing new, or no such story', async () => {
    answer(() => new Response(null, { status: 204 }));
    expect(await follow().end).toBe('nothing-new');
    answer(() => problem(404));
    expect(await follow().end).toBe('gone');
  });

  it('stops when nobody watches any more', async () => {
    const stream = eventStream();
    answer(() => stream.response);
    const { told, stop, end } = follow();
    stream.send('delta', 'one', '0-3');
    await vi.waitFor(() => {
      expect(told.events).toEqual(['"one"']);
    });
    stop.abort();
    stream.breakOff();
    expect(await end).toBe('aborted');
    expect(api.calls(ROUTE)).toHaveLength(1);
  });

  it('takes a long silence for a dead connection', async () => {
    vi.useFakeTimers();
    try {
      answer(
        () => {
          const stream = eventStream();
          return stream.response;
        },
        streamOf(['end', '0-0-end'])(),
      );
      // The fake connection does not hear the abort signal, as a real one does: cut it by hand.
      const original = globalThis.fetch;
      vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
        const response = await original(url, init);
        return cutBy(init.signal, response);
      });
      const { told, end } = follow();
      await vi.advanceTimersByTimeAsync(46_000);
      expect(await end).toBe('done');
      expect(told.states).toEqual(['connecting', 'open', 'reconnecting', 'open']);
    } finally {
      vi.useRealTimers();
    }
  });
});

/** The response with a body that breaks when `signal` aborts. */
function cutBy(signal: AbortSignal | null | undefined, response: Response): Response {
  const pipe = new TransformStream<Uint8Array, Uint8Array>();
  response.body?.pipeTo(pipe.writable, signal ? { signal } : {}).catch(() => undefined);
  return new Response(pipe.readable, response);
}
