import { infiniteQueryOptions } from '@tanstack/react-query';

import { api, bodyOf } from './client';

const PAGE_SIZE = 50;

export const TRASH = ['trash'] as const;

/** What was deleted and can be restored, page by page. */
export function trashList() {
  return infiniteQueryOptions({
    queryKey: TRASH,
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/v1/trash', {
          params: { query: { limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
  });
}

/** Moves a prompt to the trash. */
export async function trashPrompt(promptId: string): Promise<void> {
  await bodyOf(
    api.DELETE('/api/v1/prompts/{prompt_id}', { params: { path: { prompt_id: promptId } } }),
  );
}

export async function restorePrompt(promptId: string): Promise<void> {
  await bodyOf(
    api.POST('/api/v1/trash/{prompt_id}/restore', { params: { path: { prompt_id: promptId } } }),
  );
}

/** Deletes a prompt of the trash for good. */
export async function removeForGood(promptId: string): Promise<void> {
  await bodyOf(
    api.DELETE('/api/v1/trash/{prompt_id}', { params: { path: { prompt_id: promptId } } }),
  );
}

export async function emptyTrash(): Promise<void> {
  await bodyOf(api.DELETE('/api/v1/trash'));
}
