import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { api, bodyOf } from './client';
import type { NewPrompt, Prompt, StoryStatus } from './types';

const PAGE_SIZE = 50;

export const ALL = ['prompts'] as const;
export const LISTS = [...ALL, 'list'] as const;

/** Which prompts a list shows; '' and false ask for nothing. */
export interface PromptFilter {
  search: string;
  status: StoryStatus | '';
  language: string;
  favourites: boolean;
}

/** The prompts that a filter lets through, newest first, page by page. */
export function promptList({ search, status, language, favourites }: PromptFilter) {
  return infiniteQueryOptions({
    queryKey: [...LISTS, { search, status, language, favourites }],
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/v1/prompts', {
          params: {
            query: {
              limit: PAGE_SIZE,
              ...(pageParam !== null && { cursor: pageParam }),
              ...(search !== '' && { q: search }),
              ...(status !== '' && { status: [status] }),
              ...(language !== '' && { language }),
              ...(favourites && { favourite: true }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // A library of thousands is many pages: they are not all read again at every glance.
    staleTime: 30_000,
  });
}

/** One prompt with its stories and their texts. */
export function promptById(promptId: string) {
  return queryOptions({
    queryKey: [...ALL, 'one', promptId],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET('/api/v1/prompts/{prompt_id}', {
          params: { path: { prompt_id: promptId } },
          signal,
        }),
      ),
  });
}

export function createPrompt(prompt: NewPrompt, idempotencyKey: string): Promise<Prompt> {
  return bodyOf(
    api.POST('/api/v1/prompts', {
      body: prompt,
      params: { header: { 'Idempotency-Key': idempotencyKey } },
    }),
  );
}

/** Puts a prompt among the favourites, or takes it out. */
export async function markFavourite(promptId: string, favourite: boolean): Promise<void> {
  const params = { params: { path: { prompt_id: promptId } } };
  await bodyOf(
    favourite
      ? api.PUT('/api/v1/prompts/{prompt_id}/favourite', params)
      : api.DELETE('/api/v1/prompts/{prompt_id}/favourite', params),
  );
}
