import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useDocumentTitle } from '../browser/useDocumentTitle';
import styles from './MessagePage.module.css';

export function NotFoundPage() {
  const { t } = useTranslation();
  useDocumentTitle(t('app.notFound'));
  return (
    <div className={styles.message}>
      <h1>{t('app.notFound')}</h1>
      <p>
        <Link to="/">{t('app.home')}</Link>
      </p>
    </div>
  );
}
