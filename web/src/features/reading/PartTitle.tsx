import { useTranslation } from 'react-i18next';

import styles from './StoryView.module.css';

/** Stands above every part but the first. */
export function PartTitle({ part }: { part: number }) {
  const { t } = useTranslation();
  if (part === 1) return null;
  return <h2 className={styles.partTitle}>{t('reading.part', { number: part })}</h2>;
}
