import { removeStored } from '../../browser/storage';

/** Where the form keeps in this browser what was not sent yet. */
export const DRAFT_KEY = 'storybot.draft';
/** Where it keeps under which key a prompt was sent. */
export const SUBMISSION_KEY = 'storybot.submission';

/** Removes all of it. */
export function forgetWriting(): void {
  removeStored(DRAFT_KEY);
  removeStored(SUBMISSION_KEY);
}
