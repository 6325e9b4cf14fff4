import { Columns2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import type { Prompt, Story } from '../../api/types';
import styles from './Versions.module.css';

interface VersionsProps {
  prompt: Prompt;
  versions: readonly Story[][];
  /** The last part of the version that is shown. */
  shown: Story;
}

/** The versions that were written from one idea. */
export function Versions({ prompt, versions, shown }: VersionsProps) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('reading.versions')} className={styles.versions}>
      <ol>
        {versions.map((parts, position) => {
          const last = parts.at(-1);
          if (last === undefined) return null;
          return (
            <li key={last.id}>
              <Link
                to={{ search: `?story=${last.id}` }}
                replace
                className={styles.version}
                aria-current={last.id === shown.id ? 'page' : undefined}
              >
                {t('reading.version', { number: position + 1 })}
                {last.status !== 'finished' && (
                  <span className={styles.status}>{t(`reading.status.${last.status}`)}</span>
                )}
              </Link>
            </li>
          );
        })}
        <li>
          <Link to={`/prompts/${prompt.id}/compare`} className={styles.compare}>
            <Columns2 aria-hidden="true" />
            {t('reading.compare')}
          </Link>
        </li>
      </ol>
    </nav>
  );
}
