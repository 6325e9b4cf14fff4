import { useSyncExternalStore } from 'react';

/** A story that was not finished when its reader left it. */
export interface Watched {
  storyId: string;
  promptId: string;
  title: string;
}

let watched: readonly Watched[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Watched[]): void {
  watched = next;
  for (const listener of listeners) listener();
}

export function watch(story: Watched): void {
  change([...watched.filter(({ storyId }) => storyId !== story.storyId), story]);
}

export function unwatch(storyId: string): void {
  if (watched.some((one) => one.storyId === storyId)) {
    change(watched.filter((one) => one.storyId !== storyId));
  }
}

export function unwatchAll(): void {
  change([]);
}

export function useWatched(): readonly Watched[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => watched,
    () => watched,
  );
}
