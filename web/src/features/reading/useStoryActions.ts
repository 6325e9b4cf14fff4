import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import { refreshLists } from '../../api/cache';
import { promptById } from '../../api/prompts';
import { cancelStory, continueStory, createVariant, retryStory } from '../../api/stories';
import type { Story } from '../../api/types';
import { useReportFailure } from '../problems/useReportFailure';

/** What can be asked of a story: to stop, to be written again, to have a sibling, to go on. */
export function useStoryActions(story: Story) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const reportFailure = useReportFailure();
  const [, setSearch] = useSearchParams();

  /** The answer may be older than what the server knows by now: always look again. */
  async function lookAgain() {
    await client.invalidateQueries({ queryKey: promptById(story.prompt_id).queryKey });
    await refreshLists(client);
  }

  const stop = useMutation({
    mutationFn: () => cancelStory(story.id),
    onError: async (error) => {
      reportFailure(error, t('reading.stopFailed'));
      await lookAgain();
    },
  });
  const retry = useMutation({
    mutationFn: () => retryStory(story.id),
    onError: (error) => {
      reportFailure(error, t('reading.retryFailed'));
    },
    onSettled: lookAgain,
  });
  const another = useMutation({
    mutationFn: () =>
      story.previous_id === null
        ? createVariant(story.prompt_id)
        : continueStory(story.previous_id),
    onSuccess: async (variant) => {
      await lookAgain();
      setSearch({ story: variant.id });
    },
    onError: (error) => {
      reportFailure(error, t('reading.anotherFailed'));
    },
  });
  const goOn = useMutation({
    mutationFn: () => continueStory(story.id),
    onSuccess: async (next) => {
      await lookAgain();
      setSearch({ story: next.id }, { preventScrollReset: true });
    },
    onError: (error) => {
      reportFailure(error, t('reading.continueFailed'));
    },
  });
  return { stop, retry, another, goOn };
}
