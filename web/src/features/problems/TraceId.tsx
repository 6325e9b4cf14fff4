import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useCopy } from '../../browser/useCopy';
import { Button } from '../../design/Button';
import styles from './TraceId.module.css';

/** The id under which the server's logs tell what happened, ready to be copied. */
export function TraceId({ traceId }: { traceId: string }) {
  const { t } = useTranslation();
  const copy = useCopy();
  return (
    <span className={styles.traceId}>
      <code>{traceId}</code>
      <Button
        look="quiet"
        iconOnly
        aria-label={t('app.copyTraceId')}
        onClick={() => {
          void copy(traceId);
        }}
      >
        <Copy aria-hidden="true" />
      </Button>
    </span>
  );
}
