import { vi } from 'vitest';

import { someSettings } from './stories';

/** A request as the fake API saw it. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

type Handler = (request: Seen) => Response | Promise<Response>;

/**
 * Answers what the app fetches. Routes are `METHOD /path` below /api/v1; the newest answer for a
 * route counts, and a request without a route fails the test that made it.
 */
export function fakeApi() {
  const routes = new Map<string, Handler>();
  const seen: Seen[] = [];

  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request =
      input instanceof Request ? input : new Request(new URL(input, window.location.href), init);
    const url = new URL(request.url);
    const path = url.pathname.replace('/api/v1', '');
    const text = await request.text();
    const one: Seen = {
      method: request.method,
      path,
      query: url.searchParams,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    seen.push(one);
    const handler = routes.get(`${request.method} ${path}`);
    if (handler === undefined) throw new Error(`no answer for ${request.method} ${path}`);
    return handler(one);
  });

  const api = {
    seen,
    on(route: string, handler: Handler) {
      routes.set(route, handler);
      return api;
    },
    /** The requests of one route so far. */
    calls: (route: string) => seen.filter(({ method, path }) => `${method} ${path}` === route),
  };
  return api
    .on('GET /settings', () => json(someSettings()))
    .on('GET /prompts', () => json({ items: [], next_cursor: null }));
}

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

export function problem(status: number, about: object = {}): Response {
  return Response.json(
    {
      type: 'about:blank',
      title: 'Problem',
      status,
      detail: 'So it is.',
      trace_id: 'abc',
      ...about,
    },
    { status, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '0' } },
  );
}

/** An event stream that the test writes. */
export function eventStream() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(created) {
      controller = created;
    },
  });
  const encoder = new TextEncoder();
  return {
    response: new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }),
    send(event: string, data: unknown, id: string) {
      const lines = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
      controller.enqueue(encoder.encode(lines));
    },
    end() {
      controller.close();
    },
    breakOff() {
      controller.error(new TypeError('network'));
    },
  };
}
