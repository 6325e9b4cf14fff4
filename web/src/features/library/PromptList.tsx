import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { PromptSummary } from '../../api/types';
import { Button } from '../../design/Button';
import { DeleteDialog } from './DeleteDialog';
import { PromptCard } from './PromptCard';
import styles from './Library.module.css';

interface PromptListProps {
  prompts: readonly PromptSummary[];
  list: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => Promise<unknown>;
  };
}

export function PromptList({ prompts, list }: PromptListProps) {
  const { t } = useTranslation();
  const [deleting, setDeleting] = useState<PromptSummary | null>(null);
  return (
    <>
      <ul className={styles.list}>
        {prompts.map((prompt) => (
          <PromptCard
            key={prompt.id}
            prompt={prompt}
            onDelete={() => {
              setDeleting(prompt);
            }}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button
          busy={list.isFetchingNextPage}
          onClick={() => {
            void list.fetchNextPage();
          }}
        >
          {t(list.isFetchingNextPage ? 'library.loadingMore' : 'library.more')}
        </Button>
      )}
      <DeleteDialog
        prompt={deleting}
        onClose={() => {
          setDeleting(null);
        }}
        onDeleted={() => {
          // The button that had the focus went with its card.
          document.getElementById('library-title')?.focus();
        }}
      />
    </>
  );
}
