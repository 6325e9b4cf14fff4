import { useTranslation } from 'react-i18next';

import { Button } from '../design/Button';
import styles from './MessagePage.module.css';

/** Stands in for a page that failed to load or to render. */
export function BrokenPage() {
  const { t } = useTranslation();
  return (
    <div className={styles.message} role="alert">
      <h1>{t('app.broken')}</h1>
      <p>{t('app.brokenHint')}</p>
      <Button
        look="main"
        onClick={() => {
          window.location.reload();
        }}
      >
        {t('app.reload')}
      </Button>
    </div>
  );
}
