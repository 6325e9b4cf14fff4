import { useTranslation } from 'react-i18next';

import { TraceId } from './TraceId';
import styles from './TraceId.module.css';

/** A fold with what an operator needs to look a failure up. */
export function TraceDetails({ traceId }: { traceId: string }) {
  const { t } = useTranslation();
  return (
    <details className={styles.details}>
      <summary>{t('app.forOperators')}</summary>
      <p>
        {t('app.traceId')}: <TraceId traceId={traceId} />
      </p>
    </details>
  );
}
