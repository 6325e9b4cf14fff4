import { CloudOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { ApiError } from '../../api/problem';
import { Button } from '../../design/Button';
import { Callout } from '../../design/Callout';
import { TraceDetails } from './TraceDetails';
import { useProblemSentence } from './useProblemSentence';

interface ProblemCalloutProps {
  title: string;
  error: unknown;
  onRetry: () => void;
}

/** In the place of what could not be loaded: why, and a way to try again. */
export function ProblemCallout({ title, error, onRetry }: ProblemCalloutProps) {
  const { t } = useTranslation();
  const sentenceOf = useProblemSentence();
  const traceId = error instanceof ApiError ? error.traceId : null;
  return (
    <Callout tone="bad" icon={<CloudOff />} title={title} announce>
      <p>{sentenceOf(error)}</p>
      <div>
        <Button onClick={onRetry}>{t('app.tryAgain')}</Button>
      </div>
      {traceId !== null && <TraceDetails traceId={traceId} />}
    </Callout>
  );
}
