import type { InfiniteData, QueryClient } from '@tanstack/react-query';

import { ALL, LISTS, promptById } from './prompts';
import { STORIES } from './stories';
import { TRASH } from './trash';
import type { PromptPage, PromptSummary, Story, StorySummary } from './types';

type List = InfiniteData<PromptPage>;

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
  rememberSummary(client, story);
}

/** The same in the lists, which hold no texts. */
export function rememberSummary(client: QueryClient, story: StorySummary): void {
  changeListed(client, story.prompt_id, (prompt) => ({
    ...prompt,
    stories: prompt.stories.map((known) => (known.id === story.id ? story : known)),
  }));
}

export function rememberFavourite(client: QueryClient, promptId: string, favourite: boolean): void {
  client.setQueryData(
    promptById(promptId).queryKey,
    (prompt) => prompt && { ...prompt, favourite },
  );
  changeListed(client, promptId, (prompt) => ({ ...prompt, favourite }));
}

export function refreshLists(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: LISTS });
}

export function refreshPrompts(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: ALL });
}

/** Takes everything that belongs to a library out of what was loaded before. */
export async function forgetLoaded(client: QueryClient): Promise<void> {
  for (const queryKey of [ALL, STORIES, TRASH]) {
    await client.cancelQueries({ queryKey });
    client.removeQueries({ queryKey });
  }
}

/** Takes a deleted prompt out of everything that was loaded before. */
export function forgetPrompt(client: QueryClient, promptId: string): void {
  changeLists(client, (items) => items.filter(({ id }) => id !== promptId));
  client.removeQueries({ queryKey: promptById(promptId).queryKey });
  void refreshLists(client);
}

function changeListed(
  client: QueryClient,
  promptId: string,
  change: (prompt: PromptSummary) => PromptSummary,
): void {
  changeLists(client, (items) => items.map((item) => (item.id === promptId ? change(item) : item)));
}

function changeLists(
  client: QueryClient,
  change: (items: PromptSummary[]) => PromptSummary[],
): void {
  client.setQueriesData<List>({ queryKey: LISTS }, (list) =>
    list === undefined
      ? undefined
      : { ...list, pages: list.pages.map((page) => ({ ...page, items: change(page.items) })) },
  );
}
