import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';

import type { PromptSummary } from '../../api/types';
import { languageOf } from '../../text/languageOf';
import { titleOf } from '../../text/titleOf';
import { useDeletePrompt } from './useDeletePrompt';

// Nobody deletes on the first paint: the dialog is loaded when it is wanted.
const ConfirmDialog = lazy(async () => ({
  default: (await import('../../design/ConfirmDialog')).ConfirmDialog,
}));

interface DeleteDialogProps {
  /** What to delete; null while nobody wants to. */
  prompt: Pick<PromptSummary, 'id' | 'content'> | null;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteDialog({ prompt, onClose, onDeleted }: DeleteDialogProps) {
  const { t } = useTranslation();
  const remove = useDeletePrompt();
  if (prompt === null) return null;
  return (
    <Suspense>
      <ConfirmDialog
        open
        title={t('remove.title')}
        confirm={t('remove.confirm')}
        onClose={onClose}
        onConfirm={() => {
          remove.mutate(prompt.id, { onSuccess: () => onDeleted?.() });
        }}
      >
        <p lang={languageOf(prompt.content)}>“{titleOf(prompt.content)}”</p>
        <p>{t('remove.body')}</p>
      </ConfirmDialog>
    </Suspense>
  );
}
