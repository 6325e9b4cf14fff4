import { useTranslation } from 'react-i18next';

import styles from './Ideas.module.css';

const IDEAS = ['write.idea1', 'write.idea2', 'write.idea3'] as const;

/** Ideas to start from, for somebody who looks at an empty page. */
export function Ideas({ onChoose }: { onChoose: (idea: string) => void }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="ideas-title" className={styles.ideas}>
      <p id="ideas-title" className={styles.title}>
        {t('write.ideas')}
      </p>
      <ul className={styles.list}>
        {IDEAS.map((idea) => (
          <li key={idea}>
            <button
              type="button"
              className={styles.idea}
              onClick={() => {
                onChoose(t(idea));
              }}
            >
              {t(idea)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
