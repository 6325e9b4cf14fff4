import { readStored, removeStored, writeStored } from '../../browser/storage';
import type { NewPrompt } from '../../api/types';
import { SUBMISSION_KEY } from './kept';

/**
 * The Idempotency-Key of a prompt whose fate is unknown, kept until the server has said yes or no.
 * However often the same prompt is sent meanwhile (a retry, a second click, a reload after the
 * network broke), the server makes one story of it.
 */
interface Submission {
  key: string;
  body: string;
}

/** The key under which to send a prompt. */
export function idempotencyKeyFor(prompt: NewPrompt): string {
  const body = JSON.stringify(prompt);
  const open = openSubmission();
  if (open?.body === body) return open.key;
  const submission: Submission = { key: randomKey(), body };
  writeStored(SUBMISSION_KEY, JSON.stringify(submission));
  return submission.key;
}

/** The server's answer is known: the next prompt is a new one, even with the same words. */
export function settleSubmission(): void {
  removeStored(SUBMISSION_KEY);
}

function openSubmission(): Submission | null {
  try {
    return JSON.parse(readStored(SUBMISSION_KEY) ?? 'null') as Submission | null;
  } catch {
    return null;
  }
}

/** 128 random bits. `crypto.randomUUID` is missing on pages without TLS, such as a phone's view of a laptop. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
