import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';

import { promptById } from '../../api/prompts';
import type { Prompt } from '../../api/types';
import { useDocumentTitle } from '../../browser/useDocumentTitle';
import { Skeleton } from '../../design/Skeleton';
import { languageOf } from '../../text/languageOf';
import { textLength } from '../../text/textLength';
import { titleOf } from '../../text/titleOf';
import { ProblemCallout } from '../problems/ProblemCallout';
import { BackLink } from './BackLink';
import { StoryText } from './StoryText';
import { unitOf } from './useProgressWords';
import { versionsOf } from './versions';
import styles from './ComparePage.module.css';

/** The versions of a prompt side by side; on a phone one beside the other, to be swiped. */
export function Component() {
  const { t } = useTranslation();
  const { promptId = '' } = useParams();
  const prompt = useQuery(promptById(promptId));
  return (
    <div className={styles.page}>
      <BackLink to={`/prompts/${promptId}`} label={t('reading.backToStory')} />
      {prompt.data !== undefined ? (
        <SideBySide prompt={prompt.data} />
      ) : prompt.error !== null ? (
        <ProblemCallout
          title={t('reading.failed')}
          error={prompt.error}
          onRetry={() => void prompt.refetch()}
        />
      ) : (
        <Skeleton lines={9} label={t('app.loading')} />
      )}
    </div>
  );
}

function SideBySide({ prompt }: { prompt: Prompt }) {
  const { t } = useTranslation();
  const title = titleOf(prompt.content);
  useDocumentTitle(title);
  return (
    <>
      <h1 className={styles.title} lang={languageOf(prompt.content)} dir="auto">
        {title}
      </h1>
      <div className={styles.versions} role="region" aria-label={t('reading.versions')}>
        {versionsOf(prompt.stories).map((parts, position) => {
          const last = parts.at(-1);
          const text = parts.map((part) => part.text).join('\n\n');
          const language = languageOf(text, prompt.options.language);
          return (
            <article key={last?.id} className={styles.version}>
              <header className={styles.head}>
                <h2>
                  <Link to={`/prompts/${prompt.id}?story=${last?.id ?? ''}`}>
                    {t('reading.version', { number: position + 1 })}
                  </Link>
                </h2>
                <p>
                  {[
                    last !== undefined &&
                      last.status !== 'finished' &&
                      t(`reading.status.${last.status}`),
                    t(unitOf(language), { count: textLength(text, language) }),
                    last?.model,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              </header>
              <StoryText text={text} language={language} />
            </article>
          );
        })}
      </div>
    </>
  );
}
