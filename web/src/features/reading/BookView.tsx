import { X } from 'lucide-react';
import { useCallback, useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import { Button } from '../../design/Button';
import { TextSettings } from './tools';
import styles from './BookView.module.css';

/** Whether the story is shown with nothing around it; part of the address, so that "back" leaves it. */
export function useBookView() {
  const [search, setSearch] = useSearchParams();
  const isOpen = search.get('view') === 'book';
  const set = useCallback(
    (view: string | null) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          if (view === null) after.delete('view');
          else after.set('view', view);
          return after;
        },
        { replace: view === null, preventScrollReset: view === null },
      );
    },
    [setSearch],
  );
  const open = useCallback(() => {
    set('book');
  }, [set]);
  const close = useCallback(() => {
    set(null);
  }, [set]);
  return { isOpen, open, close };
}

interface BookViewProps {
  title: string;
  language: string;
  book: ReturnType<typeof useBookView>;
  children: ReactNode;
}

/** A story as a book: everything but title and text is put away. */
export function BookView({ title, language, book, children }: BookViewProps) {
  const { t } = useTranslation();
  const { isOpen, close } = book;
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const root = document.documentElement;
    // What had the focus is put away with everything else, and gets it back afterwards.
    const before = document.activeElement;
    root.dataset.view = 'book';
    bar.current?.focus();
    function onKey(event: KeyboardEvent) {
      // In an open popover Escape closes that one first.
      const inPopover = event.target instanceof Element && event.target.closest('[role=dialog]');
      if (event.key === 'Escape' && !inPopover) close();
    }
    window.addEventListener('keydown', onKey);
    return () => {
      delete root.dataset.view;
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
      window.removeEventListener('keydown', onKey);
    };
  }, [isOpen, close]);
  return (
    <>
      {isOpen && (
        <div ref={bar} tabIndex={-1} className={styles.bar}>
          <p className={styles.running} lang={language} aria-hidden="true">
            {title}
          </p>
          <TextSettings />
          <Button look="quiet" iconOnly aria-label={t('book.close')} onClick={close}>
            <X aria-hidden="true" />
          </Button>
        </div>
      )}
      {children}
    </>
  );
}
