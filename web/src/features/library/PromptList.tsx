import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import type { PromptSummary } from '../../api/types';
import { useTopOf } from '../../browser/useTopOf';
import { Button } from '../../design/Button';
import { useTrash } from '../trash/useTrash';
import { PromptCard } from './PromptCard';
import styles from './Library.module.css';

interface PromptListProps {
  prompts: readonly PromptSummary[];
  /** The words that were searched for. */
  words: string;
  list: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    fetchNextPage: () => Promise<unknown>;
  };
}

/** Pixels that a card takes before it has been measured. */
const LIKELY_HEIGHT = 104;
const GAP = 12;
/** Cards before the end at which the next page is asked for. */
const AHEAD = 15;

/** The cards; only those near the screen exist, however many thousand there are. */
export function PromptList({ prompts, words, list }: PromptListProps) {
  const { t } = useTranslation();
  const { discard } = useTrash();
  const element = useRef<HTMLUListElement>(null);
  const scrollMargin = useTopOf(element);
  const virtualizer = useWindowVirtualizer({
    count: prompts.length,
    estimateSize: () => LIKELY_HEIGHT,
    getItemKey: (position) => prompts[position]?.id ?? position,
    overscan: 6,
    gap: GAP,
    scrollMargin,
  });
  const cards = virtualizer.getVirtualItems();
  const last = cards.at(-1)?.index ?? 0;

  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const wantsMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (wantsMore && last >= prompts.length - AHEAD) void fetchNextPage();
  }, [wantsMore, last, prompts.length, fetchNextPage]);

  return (
    <>
      <ul ref={element} className={styles.list} style={{ height: virtualizer.getTotalSize() }}>
        {cards.map(({ index, key, start }) => {
          const prompt = prompts[index];
          if (prompt === undefined) return null;
          return (
            <li
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className={styles.item}
              style={{ transform: `translateY(${start - scrollMargin}px)` }}
              aria-posinset={index + 1}
              aria-setsize={hasNextPage ? -1 : prompts.length}
            >
              <PromptCard
                prompt={prompt}
                words={words}
                onDelete={() => {
                  discard.mutate(prompt.id, {
                    onSuccess: () => {
                      // The button that had the focus went with its card.
                      document.getElementById('library-title')?.focus();
                    },
                  });
                }}
              />
            </li>
          );
        })}
      </ul>
      {hasNextPage && (
        <Button
          busy={isFetchingNextPage}
          onClick={() => {
            void fetchNextPage();
          }}
        >
          {t(isFetchingNextPage ? 'library.loadingMore' : 'library.more')}
        </Button>
      )}
    </>
  );
}
