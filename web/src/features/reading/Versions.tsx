import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import type { Prompt, Story } from '../../api/types';
import styles from './Versions.module.css';

/** The stories that were written from one idea. */
export function Versions({ prompt, shown }: { prompt: Prompt; shown: Story }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('reading.versions')} className={styles.versions}>
      <ol>
        {prompt.stories.map((story, position) => (
          <li key={story.id}>
            <Link
              to={{ search: `?story=${story.id}` }}
              replace
              className={styles.version}
              aria-current={story.id === shown.id ? 'page' : undefined}
            >
              {t('reading.version', { number: position + 1 })}
              {story.status !== 'finished' && (
                <span className={styles.status}>{t(`reading.status.${story.status}`)}</span>
              )}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
