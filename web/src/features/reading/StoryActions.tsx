import { CopyPlus, Copy, RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import type { Prompt, Story } from '../../api/types';
import { useCopy } from '../../browser/useCopy';
import { Button } from '../../design/Button';
import { DeleteDialog } from '../library/DeleteDialog';
import type { useStoryActions } from './useStoryActions';
import styles from './StoryActions.module.css';

interface StoryActionsProps {
  prompt: Prompt;
  story: Story;
  actions: ReturnType<typeof useStoryActions>;
}

/** What can be done with a story that is not being written. */
export function StoryActions({ prompt, story, actions }: StoryActionsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const copy = useCopy();
  const [deleting, setDeleting] = useState(false);
  const { retry, another } = actions;
  const { text } = story;
  return (
    <div className={styles.actions}>
      {story.status !== 'finished' && (
        <Button
          look="main"
          busy={retry.isPending}
          onClick={() => {
            retry.mutate();
          }}
        >
          <RotateCcw aria-hidden="true" />
          {t('reading.retry')}
        </Button>
      )}
      <Button
        busy={another.isPending}
        onClick={() => {
          another.mutate();
        }}
      >
        <CopyPlus aria-hidden="true" />
        {t('reading.another')}
      </Button>
      {text !== '' && (
        <Button
          onClick={() => {
            void copy(text);
          }}
        >
          <Copy aria-hidden="true" />
          {t('reading.copy')}
        </Button>
      )}
      <Button
        look="quiet"
        onClick={() => {
          setDeleting(true);
        }}
      >
        <Trash2 aria-hidden="true" />
        {t('reading.delete')}
      </Button>
      <DeleteDialog
        prompt={deleting ? prompt : null}
        onClose={() => {
          setDeleting(false);
        }}
        onDeleted={() => {
          void navigate('/', { replace: true });
        }}
      />
    </div>
  );
}
