import { useTranslation } from 'react-i18next';

import { useDocumentTitle } from '../browser/useDocumentTitle';
import { Library } from '../features/library/Library';
import { WriteForm } from '../features/write/WriteForm';
import styles from './HomePage.module.css';

/** What to write, and what was written. */
export function Component() {
  const { t } = useTranslation();
  useDocumentTitle();
  return (
    <div className={styles.home}>
      <section aria-labelledby="write-title" className={styles.write}>
        <div>
          <h1 id="write-title" className={styles.title}>
            {t('write.title')}
          </h1>
          <p className={styles.lead}>{t('write.lead')}</p>
        </div>
        <WriteForm />
      </section>
      <Library />
    </div>
  );
}
