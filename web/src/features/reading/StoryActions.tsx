import { BookPlus, CopyPlus, RotateCcw, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import type { Prompt, Story } from '../../api/types';
import { Button } from '../../design/Button';
import { useTrash } from '../trash/useTrash';
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
  const { discard } = useTrash();
  const { retry, another, goOn } = actions;
  return (
    <div className={styles.actions}>
      {story.status === 'finished' && (
        <Button
          look="main"
          busy={goOn.isPending}
          onClick={() => {
            goOn.mutate();
          }}
        >
          <BookPlus aria-hidden="true" />
          {t('reading.continue')}
        </Button>
      )}
      {/* A failed one has this in its notice. */}
      {story.status === 'cancelled' && (
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
        {t(story.part === 1 ? 'reading.another' : 'reading.anotherPart')}
      </Button>
      <Button
        look="quiet"
        busy={discard.isPending}
        onClick={() => {
          discard.mutate(prompt.id, {
            onSuccess: () => {
              void navigate('/', { replace: true });
            },
          });
        }}
      >
        <Trash2 aria-hidden="true" />
        {t('reading.delete')}
      </Button>
    </div>
  );
}
