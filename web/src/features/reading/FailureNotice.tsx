import { CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import type { Failure } from '../../api/types';
import { Callout } from '../../design/Callout';
import { TraceId } from '../problems/TraceId';

interface FailureNoticeProps {
  failure: Failure | null;
  traceId: string;
  /** Some of the story was written before it failed. */
  hasText: boolean;
}

/** Why a story could not be finished, in plain words, and the id under which to look it up. */
export function FailureNotice({ failure, traceId, hasText }: FailureNoticeProps) {
  const { t, i18n } = useTranslation();
  const known = `failure.${failure?.code ?? 'internal'}`;
  return (
    <Callout tone="bad" icon={<CircleX />} title={t('failure.title')}>
      <p>{i18n.exists(known) ? t(known as 'failure.internal') : failure?.message}</p>
      {hasText && <p>{t('reading.unfinished')}</p>}
      <p>
        {t('app.traceId')}: <TraceId traceId={traceId} />
      </p>
    </Callout>
  );
}
