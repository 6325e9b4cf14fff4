import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import {
  cancelStory,
  createVariant,
  promptById,
  refreshLists,
  retryStory,
} from '../../api/prompts';
import type { Story } from '../../api/types';
import { useReportFailure } from '../problems/useReportFailure';

/** What can be asked of a story: to stop, to be written again, to have a sibling. */
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
    mutationFn: () => createVariant(story.prompt_id),
    onSuccess: async (variant) => {
      await lookAgain();
      setSearch({ story: variant.id });
    },
    onError: (error) => {
      reportFailure(error, t('reading.anotherFailed'));
    },
  });
  return { stop, retry, another };
}
