import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useSettings } from '../../api/settings';
import { emptyTrash, removeForGood, TRASH, trashList } from '../../api/trash';
import type { TrashedPrompt } from '../../api/types';
import { useDocumentTitle } from '../../browser/useDocumentTitle';
import { Button } from '../../design/Button';
import { Skeleton } from '../../design/Skeleton';
import { useNotify } from '../../design/toast/useNotify';
import { ProblemCallout } from '../problems/ProblemCallout';
import { useReportFailure } from '../problems/useReportFailure';
import { BackLink } from '../reading/BackLink';
import { TrashCard } from './TrashCard';
import styles from './TrashPage.module.css';

const ConfirmDialog = lazy(async () => ({
  default: (await import('../../design/ConfirmDialog')).ConfirmDialog,
}));

const DAYS = 30;

/** What was deleted, to be restored or removed for good. */
export function Component() {
  const { t } = useTranslation();
  useDocumentTitle(t('trash.title'));
  const { data: settings } = useSettings();
  const list = useInfiniteQuery(trashList());
  const remove = useRemoval();
  const [asked, setAsked] = useState<TrashedPrompt | 'all' | null>(null);
  const prompts = list.data?.pages.flatMap(({ items }) => items);
  return (
    <div className={styles.page}>
      <BackLink />
      <header className={styles.header}>
        <h1 className={styles.title}>{t('trash.title')}</h1>
        <p className={styles.lead}>
          {t('trash.lead', { count: settings?.limits.trash_keep_days ?? DAYS })}
        </p>
      </header>
      {prompts !== undefined && prompts.length > 0 && (
        <>
          <ul className={styles.list}>
            {prompts.map((prompt) => (
              <TrashCard
                key={prompt.id}
                prompt={prompt}
                onRemove={() => {
                  setAsked(prompt);
                }}
              />
            ))}
          </ul>
          <div className={styles.actions}>
            {list.hasNextPage && (
              <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t('library.more')}
              </Button>
            )}
            <Button
              look="quiet"
              onClick={() => {
                setAsked('all');
              }}
            >
              <Trash2 aria-hidden="true" />
              {t('trash.empty')}
            </Button>
          </div>
        </>
      )}
      {prompts?.length === 0 && (
        <p className={styles.nothing} role="status">
          {t('trash.nothing')}
        </p>
      )}
      {list.isPending && <Skeleton lines={4} label={t('app.loading')} />}
      {list.isLoadingError && (
        <ProblemCallout
          title={t('trash.failed')}
          error={list.error}
          onRetry={() => void list.refetch()}
        />
      )}
      {asked !== null && (
        <Suspense>
          <ConfirmDialog
            open
            title={t(asked === 'all' ? 'trash.emptyTitle' : 'trash.removeTitle')}
            confirm={t('trash.remove')}
            onClose={() => {
              setAsked(null);
            }}
            onConfirm={() => {
              remove.mutate(asked === 'all' ? null : asked.id);
            }}
          >
            <p>{t('trash.removeBody')}</p>
          </ConfirmDialog>
        </Suspense>
      )}
    </div>
  );
}

/** Deletes one prompt, or all of the trash (null), for good. */
function useRemoval() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const notify = useNotify();
  const reportFailure = useReportFailure();
  return useMutation({
    mutationFn: (promptId: string | null) =>
      promptId === null ? emptyTrash() : removeForGood(promptId),
    onSuccess: () => {
      notify.success(t('trash.removed'));
    },
    onError: (error) => {
      reportFailure(error, t('trash.removeFailed'));
    },
    onSettled: () => client.invalidateQueries({ queryKey: TRASH }),
  });
}
