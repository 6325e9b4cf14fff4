import { BookOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import type { Prompt, Story } from '../../api/types';
import { Button } from '../../design/Button';
import { useFormats } from '../../i18n/formats';
import { languageOf } from '../../text/languageOf';
import { titleOf } from '../../text/titleOf';
import { FavouriteButton } from '../library/FavouriteButton';
import { OptionSummary } from '../write/OptionSummary';
import { KeepMenu, TextSettings } from './tools';
import styles from './ReadingPage.module.css';

interface ReadingHeaderProps {
  prompt: Prompt;
  parts: readonly Story[];
  onOpenBook: () => void;
}

/** The title page of a story, and what can be done with it as a whole. */
export function ReadingHeader({ prompt, parts, onOpenBook }: ReadingHeaderProps) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const title = titleOf(prompt.content);
  const language = languageOf(prompt.content);
  const hasText = parts.some(({ text }) => text !== '');
  return (
    <header className={styles.header}>
      <h1 className={styles.title} lang={language} dir="auto">
        {title}
      </h1>
      <p className={styles.meta}>
        <OptionSummary options={prompt.options} />
        <time dateTime={prompt.created_at}>{date(prompt.created_at)}</time>
      </p>
      {title !== prompt.content && (
        <details className={styles.idea}>
          <summary>{t('reading.wholeIdea')}</summary>
          <p lang={language} dir="auto">
            {prompt.content}
          </p>
        </details>
      )}
      <div className={styles.tools}>
        <FavouriteButton prompt={prompt} title={title} />
        <TextSettings />
        {hasText && <KeepMenu prompt={prompt} parts={parts} />}
        {hasText && (
          <Button look="quiet" onClick={onOpenBook}>
            <BookOpen aria-hidden="true" />
            {t('book.open')}
          </Button>
        )}
      </div>
    </header>
  );
}
