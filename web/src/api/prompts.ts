import {
  infiniteQueryOptions,
  queryOptions,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';

import { api, bodyOf } from './client';
import type { NewPrompt, Prompt, PromptPage, Story } from './types';

const PAGE_SIZE = 20;

const ALL = ['prompts'] as const;
const LISTS = [...ALL, 'list'] as const;

/** Prompts that match `search` (all when empty), newest first, page by page. */
export function promptList(search: string) {
  return infiniteQueryOptions({
    queryKey: [...LISTS, search],
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/api/v1/prompts', {
          params: {
            query: {
              limit: PAGE_SIZE,
              ...(pageParam !== null && { cursor: pageParam }),
              ...(search !== '' && { q: search }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
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

export async function deletePrompt(promptId: string): Promise<void> {
  await bodyOf(
    api.DELETE('/api/v1/prompts/{prompt_id}', { params: { path: { prompt_id: promptId } } }),
  );
}

export function createVariant(promptId: string): Promise<Story> {
  return bodyOf(
    api.POST('/api/v1/prompts/{prompt_id}/stories', { params: { path: { prompt_id: promptId } } }),
  );
}

export function cancelStory(storyId: string): Promise<Story> {
  return bodyOf(
    api.POST('/api/v1/stories/{story_id}/cancel', { params: { path: { story_id: storyId } } }),
  );
}

export function retryStory(storyId: string): Promise<Story> {
  return bodyOf(
    api.POST('/api/v1/stories/{story_id}/retry', { params: { path: { story_id: storyId } } }),
  );
}

export function storyEventsUrl(storyId: string): string {
  return `/api/v1/stories/${storyId}/events`;
}

/** Puts what is now known of a story in the place of what was known before. */
export function rememberStory(client: QueryClient, story: Story): void {
  client.setQueryData(promptById(story.prompt_id).queryKey, (prompt) =>
    prompt === undefined
      ? undefined
      : {
          ...prompt,
          stories: prompt.stories.map((known) => (known.id === story.id ? story : known)),
        },
  );
}

export function refreshLists(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: LISTS });
}

/** Takes a deleted prompt out of everything that was loaded before. */
export function forgetPrompt(client: QueryClient, promptId: string): void {
  client.setQueriesData<InfiniteData<PromptPage>>({ queryKey: LISTS }, (list) =>
    list === undefined
      ? undefined
      : {
          ...list,
          pages: list.pages.map((page) => ({
            ...page,
            items: page.items.filter(({ id }) => id !== promptId),
          })),
        },
  );
  client.removeQueries({ queryKey: promptById(promptId).queryKey });
  void refreshLists(client);
}
