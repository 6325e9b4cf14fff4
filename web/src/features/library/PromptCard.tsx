import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import type { PromptSummary } from '../../api/types';
import { Button } from '../../design/Button';
import { useFormats } from '../../i18n/formats';
import { nearFirstHit } from '../../text/highlight';
import { languageOf } from '../../text/languageOf';
import { titleOf } from '../../text/titleOf';
import { versionsOf } from '../reading/versions';
import { OptionSummary } from '../write/OptionSummary';
import { FavouriteButton } from './FavouriteButton';
import { Highlighted } from './Highlighted';
import { StatusBadge } from './StatusBadge';
import { useGlance } from './useGlance';
import styles from './PromptCard.module.css';

interface PromptCardProps {
  prompt: PromptSummary;
  /** The words that were searched for. */
  words: string;
  onDelete: () => void;
}

/** A prompt in the library. */
export function PromptCard({ prompt, words, onDelete }: PromptCardProps) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const title = titleOf(prompt.content);
  const story = useGlance(prompt.stories.at(-1));
  const { excerpt } = prompt;
  const versions = versionsOf(prompt.stories);
  const parts = Math.max(...prompt.stories.map(({ part }) => part));
  return (
    <div className={styles.card} data-status={story?.status}>
      <div className={styles.words}>
        <Link
          to={`/prompts/${prompt.id}${excerpt === null ? '' : `?story=${excerpt.story_id}`}`}
          className={styles.title}
          lang={languageOf(prompt.content)}
        >
          <Highlighted text={title} words={words} />
        </Link>
        {excerpt !== null && (
          <p className={styles.excerpt} lang={languageOf(excerpt.text)}>
            <Highlighted text={nearFirstHit(excerpt.text, words)} words={words} />
          </p>
        )}
        <OptionSummary options={prompt.options} />
        <p className={styles.meta}>
          {story !== undefined && story.status !== 'finished' && (
            <StatusBadge status={story.status} />
          )}
          <time dateTime={prompt.created_at}>{date(prompt.created_at)}</time>
          {versions.length > 1 && <span>{t('library.variants', { count: versions.length })}</span>}
          {parts > 1 && <span>{t('library.parts', { count: parts })}</span>}
        </p>
      </div>
      <div className={styles.actions}>
        <FavouriteButton prompt={prompt} title={title} />
        <Button
          look="quiet"
          iconOnly
          aria-label={t('library.delete', { name: title })}
          onClick={onDelete}
        >
          <Trash2 aria-hidden="true" />
        </Button>
      </div>
    </div>
  );
}
