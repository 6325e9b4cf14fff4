import { useSyncExternalStore } from 'react';

/** On answers that the service worker had saved and gives in the place of the server's. */
export const SAVED_HEADER = 'X-Storybot-Saved';

let away = false;
const listeners = new Set<() => void>();

/** Notes whether the server itself answered. */
export function noteReachability(isAway: boolean): void {
  if (isAway === away) return;
  away = isAway;
  for (const listener of listeners) listener();
}

/** Whether the last request found no server, so that what is shown may be old. */
export function useServerAway(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => away,
    () => false,
  );
}
