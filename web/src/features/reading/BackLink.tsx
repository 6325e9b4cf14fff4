import { ArrowLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import styles from './BackLink.module.css';

export function BackLink() {
  const { t } = useTranslation();
  return (
    <Link to="/" className={styles.back}>
      <ArrowLeft aria-hidden="true" />
      {t('reading.back')}
    </Link>
  );
}
