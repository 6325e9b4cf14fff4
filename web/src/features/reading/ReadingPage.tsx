import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'react-router';

import { ApiError } from '../../api/problem';
import { promptById } from '../../api/prompts';
import type { Prompt, Story } from '../../api/types';
import { Skeleton } from '../../design/Skeleton';
import { languageOf } from '../../text/languageOf';
import { titleOf } from '../../text/titleOf';
import { ProblemCallout } from '../problems/ProblemCallout';
import { BackLink } from './BackLink';
import { BookView, useBookView } from './BookView';
import { EarlierPart } from './EarlierPart';
import { ReadingHeader } from './ReadingHeader';
import { StoryView } from './StoryView';
import { useSwipe } from './useSwipe';
import { Versions } from './Versions';
import { versionsOf, versionWith } from './versions';
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
  const [search, setSearch] = useSearchParams();
  const book = useBookView();
  const versions = versionsOf(prompt.stories);
  const parts = versionWith(versions, search.get('story'));
  const last = parts?.at(-1);
  const shown = parts === undefined ? -1 : versions.indexOf(parts);

  function show(position: number) {
    const story = versions[position]?.at(-1);
    if (story !== undefined) setSearch({ story: story.id }, { replace: true });
  }
  const swipe = useSwipe({
    onNext: () => {
      show(shown + 1);
    },
    onPrevious: () => {
      show(shown - 1);
    },
  });

  const language = languageOf(prompt.content);
  if (parts === undefined || last === undefined) return null;
  return (
    <BookView title={titleOf(prompt.content)} language={language} book={book}>
      <ReadingHeader prompt={prompt} parts={parts} onOpenBook={book.open} />
      {versions.length > 1 && <Versions prompt={prompt} versions={versions} shown={last} />}
      <div className={styles.parts} {...(versions.length > 1 && swipe)}>
        {parts.slice(0, -1).map((part: Story) => (
          <EarlierPart key={part.id} part={part} asked={prompt.options.language ?? null} />
        ))}
        <StoryView key={last.id} prompt={prompt} parts={parts} story={last} />
      </div>
    </BookView>
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
