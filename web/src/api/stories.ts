import { queryOptions } from '@tanstack/react-query';

import { api, bodyOf } from './client';
import type { Story } from './types';

export const STORIES = ['stories'] as const;

/** One story with its text so far. */
export function storyById(storyId: string) {
  return queryOptions({
    queryKey: [...STORIES, storyId],
    // What is asked for again after a while may have been retried meanwhile: nothing old is shown.
    gcTime: 0,
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET('/api/v1/stories/{story_id}', { params: { path: { story_id: storyId } }, signal }),
      ),
  });
}

export function createVariant(promptId: string): Promise<Story> {
  return bodyOf(
    api.POST('/api/v1/prompts/{prompt_id}/stories', { params: { path: { prompt_id: promptId } } }),
  );
}

/** Asks for the next part of a finished story. */
export function continueStory(storyId: string): Promise<Story> {
  return bodyOf(
    api.POST('/api/v1/stories/{story_id}/continue', { params: { path: { story_id: storyId } } }),
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
