import createClient from 'openapi-fetch';

import { earlyAnswer } from './early';
import { ApiError } from './problem';
import { noteReachability, SAVED_HEADER } from './reachability';
import type { paths } from './schema';
import type { Problem } from './types';

/** The typed client of the prompt API, which lives on the page's own origin. */
export const api = createClient<paths>({
  baseUrl: location.origin,
  // Looked up at each call, so that tests can put their own in its place.
  fetch: (request) => earlyAnswer(request) ?? globalThis.fetch(request),
});

/** What the gateway answers while the server behind it is away. */
const AWAY = [502, 503, 504];

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; throws ApiError for everything else. */
export async function bodyOf<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  const answer = await call.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    noteReachability(true);
    throw new ApiError(0);
  });
  noteReachability(
    answer.response.headers.has(SAVED_HEADER) || AWAY.includes(answer.response.status),
  );
  if (!answer.response.ok) {
    throw new ApiError(
      answer.response.status,
      problemIn(answer.error),
      retryAfter(answer.response),
    );
  }
  return answer.data as Data;
}

function problemIn(body: unknown): Partial<Problem> {
  // A gateway or proxy in between may answer with a page of its own.
  return typeof body === 'object' && body !== null ? body : {};
}

function retryAfter(response: Response): number | null {
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  return Number.isFinite(seconds) ? seconds : null;
}
