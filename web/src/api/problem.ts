import type { Problem } from './types';

/** What went wrong with a request, as far as a person or a retry needs to know. */
export type ProblemKind =
  | 'unreachable' // no answer at all: server down, network gone
  | 'unavailable' // the server answers, but cannot serve now
  | 'limited'
  | 'not_found'
  | 'conflict'
  | 'invalid'
  | 'unexpected';

const KINDS: Readonly<Record<number, ProblemKind>> = {
  0: 'unreachable',
  400: 'invalid',
  404: 'not_found',
  409: 'conflict',
  413: 'invalid',
  422: 'invalid',
  429: 'limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

/** A request that did not succeed. `status` is 0 when no answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly traceId: string | null;
  /** Seconds after which the server asks to be tried again, if it said so. */
  readonly retryAfter: number | null;
  /** Server's messages (English) by field, such as `content` or `options.age`. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, problem: Partial<Problem> = {}, retryAfter: number | null = null) {
    super(problem.detail ?? problem.title ?? `status ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.traceId = problem.trace_id ?? null;
    this.retryAfter = retryAfter;
    this.fields = Object.fromEntries(
      (problem.errors ?? []).map(({ field, message }) => [field, message]),
    );
  }

  get kind(): ProblemKind {
    return KINDS[this.status] ?? 'unexpected';
  }

  /** Whether the same request may succeed a little later. */
  get passing(): boolean {
    return this.kind === 'unreachable' || this.kind === 'unavailable';
  }

  /**
   * Whether the server certainly did not do what was asked. After anything else the outcome is
   * unknown and the request must be repeated with the same Idempotency-Key.
   */
  get refused(): boolean {
    return this.status >= 400 && this.status < 500;
  }
}
