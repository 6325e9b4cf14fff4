import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { ApiError } from '../../api/problem';
import { deletePrompt, forgetPrompt } from '../../api/prompts';
import { useNotify } from '../../design/toast/useNotify';
import { useReportFailure } from '../problems/useReportFailure';

/** Deletes a prompt with its stories; one that is gone already counts as deleted. */
export function useDeletePrompt() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const notify = useNotify();
  const reportFailure = useReportFailure();
  return useMutation({
    mutationFn: async (promptId: string) => {
      await deletePrompt(promptId).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.kind === 'not_found')) throw error;
      });
    },
    onSuccess: (_, promptId) => {
      forgetPrompt(client, promptId);
      notify.success(t('remove.done'));
    },
    onError: (error) => {
      reportFailure(error, t('remove.failed'));
    },
  });
}
