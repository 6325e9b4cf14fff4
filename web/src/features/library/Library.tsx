import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { CloudOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { promptList } from '../../api/prompts';
import { isFinal, type PromptSummary } from '../../api/types';
import { useSettled } from '../../browser/useSettled';
import { Callout } from '../../design/Callout';
import { Skeleton } from '../../design/Skeleton';
import { ProblemCallout } from '../problems/ProblemCallout';
import { SampleShelf } from '../samples/SampleShelf';
import { PromptList } from './PromptList';
import { SearchBox } from './SearchBox';
import styles from './Library.module.css';

/** Milliseconds after the last key until a search is sent. */
const TYPING_PAUSE = 300;
/** Milliseconds between looks at stories that are not finished. */
const GLANCE = 4000;

/** The reader's own prompts, newest first, with a search; samples while there are none. */
export function Library() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const search = useSettled(typed.trim(), TYPING_PAUSE);
  const list = useInfiniteQuery({
    ...promptList(search),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isUnfinished)) ? GLANCE : false,
  });
  const prompts = list.data?.pages.flatMap(({ items }) => items);
  const isNewcomer = prompts?.length === 0 && search === '' && !list.isPlaceholderData;

  return (
    <section aria-labelledby="library-title" className={styles.library}>
      <h2 id="library-title" className={styles.title} tabIndex={-1}>
        {t('library.title')}
      </h2>
      {prompts !== undefined && !isNewcomer && <SearchBox value={typed} onChange={setTyped} />}
      {prompts !== undefined && list.error !== null && (
        <Callout tone="warn" icon={<CloudOff />} announce>
          <p>{t('library.stale')}</p>
        </Callout>
      )}
      {prompts !== undefined && prompts.length > 0 && <PromptList prompts={prompts} list={list} />}
      {prompts?.length === 0 && !isNewcomer && (
        <p className={styles.nothing} role="status">
          {t('library.noMatch', { search })}
        </p>
      )}
      {isNewcomer && <EmptyLibrary />}
      {list.isPending && <Skeleton lines={6} label={t('app.loading')} />}
      {list.isLoadingError && (
        <ProblemCallout
          title={t('library.failed')}
          error={list.error}
          onRetry={() => void list.refetch()}
        />
      )}
    </section>
  );
}

function EmptyLibrary() {
  const { t } = useTranslation();
  return (
    <>
      <div className={styles.empty}>
        <p className={styles.emptyTitle}>{t('library.empty')}</p>
        <p>{t('library.emptyHint')}</p>
      </div>
      <SampleShelf />
    </>
  );
}

function isUnfinished(prompt: PromptSummary): boolean {
  const story = prompt.stories.at(-1);
  return story !== undefined && !isFinal(story.status);
}
