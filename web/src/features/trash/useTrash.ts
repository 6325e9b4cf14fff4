import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { forgetPrompt, refreshPrompts } from '../../api/cache';
import { ApiError } from '../../api/problem';
import { restorePrompt, TRASH, trashPrompt } from '../../api/trash';
import { useNotify } from '../../design/toast/useNotify';
import { useReportFailure } from '../problems/useReportFailure';

/** What is gone already counts as done. */
async function goneOr(call: Promise<void>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!(error instanceof ApiError && error.kind === 'not_found')) throw error;
  });
}

/** Moves prompts to the trash and back. */
export function useTrash() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const notify = useNotify();
  const reportFailure = useReportFailure();

  const restore = useMutation({
    mutationFn: (promptId: string) => goneOr(restorePrompt(promptId)),
    onSuccess: async () => {
      notify.success(t('trash.restored'));
      await Promise.all([refreshPrompts(client), client.invalidateQueries({ queryKey: TRASH })]);
    },
    onError: (error) => {
      reportFailure(error, t('trash.restoreFailed'));
    },
  });
  const discard = useMutation({
    mutationFn: (promptId: string) => goneOr(trashPrompt(promptId)),
    onSuccess: (_, promptId) => {
      forgetPrompt(client, promptId);
      notify.success(t('trash.moved'), undefined, {
        label: t('trash.undo'),
        run: () => {
          restore.mutate(promptId);
        },
      });
    },
    onError: (error) => {
      reportFailure(error, t('trash.moveFailed'));
    },
  });
  return { discard, restore };
}
