import { useTranslation } from 'react-i18next';

import type { StoryStatus } from '../../api/types';
import styles from './StatusBadge.module.css';

export function StatusBadge({ status }: { status: StoryStatus }) {
  const { t } = useTranslation();
  return (
    <span className={styles.badge} data-status={status}>
      {t(`reading.status.${status}`)}
    </span>
  );
}
