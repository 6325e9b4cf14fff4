import { Shuffle } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from '../../design/Button';
import styles from './Ideas.module.css';

const IDEAS = [
  'write.idea1',
  'write.idea2',
  'write.idea3',
  'write.idea4',
  'write.idea5',
  'write.idea6',
  'write.idea7',
  'write.idea8',
  'write.idea9',
] as const;
const SHOWN = 3;

/** Ideas to start from, a few at a time, for somebody who looks at an empty page. */
export function Ideas({ onChoose }: { onChoose: (idea: string) => void }) {
  const { t } = useTranslation();
  const [first, setFirst] = useState(0);
  return (
    <section aria-labelledby="ideas-title" className={styles.ideas}>
      <div className={styles.head}>
        <p id="ideas-title" className={styles.title}>
          {t('write.ideas')}
        </p>
        <Button
          look="quiet"
          iconOnly
          aria-label={t('write.otherIdeas')}
          title={t('write.otherIdeas')}
          onClick={() => {
            setFirst((first + SHOWN) % IDEAS.length);
          }}
        >
          <Shuffle aria-hidden="true" />
        </Button>
      </div>
      <ul className={styles.list}>
        {IDEAS.slice(first, first + SHOWN).map((idea) => (
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
