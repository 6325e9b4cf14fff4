import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import type { PromptSummary } from '../../api/types';
import { Button } from '../../design/Button';
import { useFormats } from '../../i18n/formats';
import { languageOf } from '../../text/languageOf';
import { titleOf } from '../../text/titleOf';
import { OptionSummary } from '../write/OptionSummary';
import { StatusBadge } from './StatusBadge';
import styles from './PromptCard.module.css';

interface PromptCardProps {
  prompt: PromptSummary;
  onDelete: () => void;
}

/** A prompt in the library. */
export function PromptCard({ prompt, onDelete }: PromptCardProps) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const title = titleOf(prompt.content);
  const story = prompt.stories.at(-1);
  return (
    <li className={styles.card}>
      <div className={styles.words}>
        <Link
          to={`/prompts/${prompt.id}`}
          className={styles.title}
          lang={languageOf(prompt.content)}
        >
          {title}
        </Link>
        <OptionSummary options={prompt.options} />
        <p className={styles.meta}>
          {story !== undefined && story.status !== 'finished' && (
            <StatusBadge status={story.status} />
          )}
          <time dateTime={prompt.created_at}>{date(prompt.created_at)}</time>
          {prompt.stories.length > 1 && (
            <span>{t('library.variants', { count: prompt.stories.length })}</span>
          )}
        </p>
      </div>
      <div className={styles.delete}>
        <Button
          look="quiet"
          iconOnly
          aria-label={t('library.delete', { name: title })}
          onClick={onDelete}
        >
          <Trash2 aria-hidden="true" />
        </Button>
      </div>
    </li>
  );
}
