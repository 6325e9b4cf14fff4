import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

import type { PromptFilter } from '../../api/prompts';
import type { StoryStatus } from '../../api/types';

export const STATUSES = [
  'finished',
  'writing',
  'queued',
  'cancelled',
  'failed',
] as const satisfies readonly StoryStatus[];

/** The filter of the library, kept in the address so that "back" brings it back. */
export function useLibraryFilter() {
  const [params, setParams] = useSearchParams();
  const filter = useMemo<PromptFilter>(
    () => ({
      search: params.get('q') ?? '',
      status: STATUSES.find((status) => status === params.get('state')) ?? '',
      language: params.get('language') ?? '',
      favourites: params.get('favourites') === '1',
    }),
    [params],
  );
  const change = useCallback(
    (changes: Partial<PromptFilter>) => {
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          const set = (name: string, value: string | undefined) => {
            if (value === undefined) return;
            if (value === '') after.delete(name);
            else after.set(name, value);
          };
          set('q', changes.search);
          set('state', changes.status);
          set('language', changes.language);
          if (changes.favourites !== undefined) set('favourites', changes.favourites ? '1' : '');
          return after;
        },
        { replace: true, preventScrollReset: true },
      );
    },
    [setParams],
  );
  return { filter, change };
}

export function isFiltering(filter: PromptFilter): boolean {
  return (
    filter.search !== '' || filter.status !== '' || filter.language !== '' || filter.favourites
  );
}
