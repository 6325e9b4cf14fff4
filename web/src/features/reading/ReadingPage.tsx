import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';

import { ApiError } from '../../api/problem';
import { promptById } from '../../api/prompts';
import type { Prompt } from '../../api/types';
import { Skeleton } from '../../design/Skeleton';
import { useFormats } from '../../i18n/formats';
import { languageOf } from '../../text/languageOf';
import { ProblemCallout } from '../problems/ProblemCallout';
import { OptionSummary } from '../write/OptionSummary';
import { BackLink } from './BackLink';
import { StoryView } from './StoryView';
import { titleOf } from '../../text/titleOf';
import { Versions } from './Versions';
import styles from './ReadingPage.module.css';

/** A prompt and the story that was asked for last, or the one that `?story=` names. */
export function Component() {
  const { t } = useTranslation();
  const { promptId = '' } = useParams();
  const prompt = useQuery(promptById(promptId));
  const missing =
    prompt.error instanceof ApiError && ['not_found', 'invalid'].includes(prompt.error.kind);
  return (
    <article className={styles.page}>
      <BackLink />
      {missing ? (
        <NoSuchStory />
      ) : prompt.data !== undefined ? (
        <PromptStories prompt={prompt.data} />
      ) : prompt.error !== null ? (
        <ProblemCallout
          title={t('reading.failed')}
          error={prompt.error}
          onRetry={() => void prompt.refetch()}
        />
      ) : (
        <Skeleton lines={9} label={t('app.loading')} />
      )}
    </article>
  );
}

function PromptStories({ prompt }: { prompt: Prompt }) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const [search] = useSearchParams();
  const story =
    prompt.stories.find(({ id }) => id === search.get('story')) ?? prompt.stories.at(-1);
  const title = titleOf(prompt.content);
  const ideaLanguage = languageOf(prompt.content);
  return (
    <>
      <header className={styles.header}>
        <h1 className={styles.title} lang={ideaLanguage}>
          {title}
        </h1>
        <p className={styles.meta}>
          <OptionSummary options={prompt.options} />
          <time dateTime={prompt.created_at}>{date(prompt.created_at)}</time>
        </p>
        {title !== prompt.content && (
          <details className={styles.idea}>
            <summary>{t('reading.wholeIdea')}</summary>
            <p lang={ideaLanguage}>{prompt.content}</p>
          </details>
        )}
      </header>
      {story !== undefined && prompt.stories.length > 1 && (
        <Versions prompt={prompt} shown={story} />
      )}
      {story !== undefined && <StoryView key={story.id} prompt={prompt} story={story} />}
    </>
  );
}

function NoSuchStory() {
  const { t } = useTranslation();
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>{t('reading.notFound')}</h1>
      <p className={styles.meta}>{t('reading.notFoundHint')}</p>
    </header>
  );
}
