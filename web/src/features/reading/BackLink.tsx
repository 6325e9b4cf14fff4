import { ArrowLeft } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import styles from './BackLink.module.css';

interface BackLinkProps {
  /** Where to, and what that is called; the library when left out. */
  to?: string;
  label?: string;
}

export function BackLink({ to = '/', label }: BackLinkProps) {
  const { t } = useTranslation();
  return (
    <Link to={to} className={styles.back}>
      <ArrowLeft aria-hidden="true" />
      {label ?? t('reading.back')}
    </Link>
  );
}
