import { QueryClient } from '@tanstack/react-query';

import { ApiError } from './problem';

const ATTEMPTS = 4;
const LONGEST_DELAY = 15_000;

/** Milliseconds to wait before try number `failures + 1`: what the server asked for, or 1, 2, 4 … s. */
export function delayBefore(failures: number, error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfter : null;
  return Math.min(asked === null ? 1000 * 2 ** failures : asked * 1000, LONGEST_DELAY);
}

/** Only faults that pass by themselves are worth a second try. */
export function isWorthRetrying(failures: number, error: unknown): boolean {
  return error instanceof ApiError && error.passing && failures < ATTEMPTS - 1;
}

export function createQueryClient(): QueryClient {
  const retrying = { retry: isWorthRetrying, retryDelay: delayBefore };
  return new QueryClient({
    defaultOptions: {
      // The server may run on this very machine: being offline says nothing about reaching it.
      queries: { ...retrying, networkMode: 'always', staleTime: 10_000 },
      mutations: { networkMode: 'always' },
    },
  });
}
