import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { CloudOff, MonitorSmartphone, Trash2 } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { promptList } from '../../api/prompts';
import { useSettled } from '../../browser/useSettled';
import { Callout } from '../../design/Callout';
import { Skeleton } from '../../design/Skeleton';
import { ProblemCallout } from '../problems/ProblemCallout';
import { SampleShelf } from '../samples/SampleShelf';
import { Filters } from './Filters';
import { SearchBox } from './SearchBox';
import { isFiltering, useLibraryFilter } from './useLibraryFilter';
import styles from './Library.module.css';

// Not part of the first load: newcomers have nothing to list.
const PromptList = lazy(async () => ({ default: (await import('./PromptList')).PromptList }));

/** Milliseconds after the last key until a search is sent. */
const TYPING_PAUSE = 300;

/** The reader's own prompts, newest first, with a search; samples while there are none. */
export function Library() {
  const { t } = useTranslation();
  const { filter, change } = useLibraryFilter();
  const [typed, setTyped] = useState(filter.search);
  const search = useSettled(typed.trim(), TYPING_PAUSE);
  useEffect(() => {
    if (search !== filter.search) change({ search });
    // Only what is typed changes the address here; the address comes first when the page opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [search]);
  const list = useInfiniteQuery({ ...promptList(filter), placeholderData: keepPreviousData });
  const prompts = list.data?.pages.flatMap(({ items }) => items);
  const isNewcomer = prompts?.length === 0 && !isFiltering(filter) && !list.isPlaceholderData;

  return (
    <section aria-labelledby="library-title" className={styles.library}>
      <div className={styles.head}>
        <h2 id="library-title" className={styles.title} tabIndex={-1}>
          {t('library.title')}
        </h2>
        <div className={styles.links}>
          <Link to="/devices" className={styles.link}>
            <MonitorSmartphone aria-hidden="true" />
            {t('devices.title')}
          </Link>
          <Link to="/trash" className={styles.link}>
            <Trash2 aria-hidden="true" />
            {t('trash.title')}
          </Link>
        </div>
      </div>
      {prompts !== undefined && !isNewcomer && (
        <>
          <SearchBox value={typed} onChange={setTyped} />
          <Filters filter={filter} onChange={change} />
        </>
      )}
      {prompts !== undefined && list.error !== null && (
        <Callout tone="warn" icon={<CloudOff />} announce>
          <p>{t('library.stale')}</p>
        </Callout>
      )}
      {prompts !== undefined && prompts.length > 0 && (
        <Suspense fallback={<Skeleton lines={6} label={t('app.loading')} />}>
          <PromptList prompts={prompts} words={filter.search} list={list} />
        </Suspense>
      )}
      {prompts?.length === 0 && !isNewcomer && (
        <p className={styles.nothing} role="status">
          {filter.search === ''
            ? t('library.nothing')
            : t('library.noMatch', { search: filter.search })}
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
