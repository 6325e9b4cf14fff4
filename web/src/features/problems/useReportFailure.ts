import { useTranslation } from 'react-i18next';

import { ApiError } from '../../api/problem';
import { useNotify } from '../../design/toast/useNotify';
import { useProblemSentence } from './useProblemSentence';

/** Shows a failed request as a toast, with its trace id when the server gave one. */
export function useReportFailure(): (error: unknown, title?: string) => void {
  const { t } = useTranslation();
  const notify = useNotify();
  const sentenceOf = useProblemSentence();
  return (error, title) => {
    const sentence = sentenceOf(error);
    const traceId = error instanceof ApiError ? error.traceId : null;
    const trace = traceId === null ? [] : [`${t('app.traceId')}: ${traceId}`];
    const rest = title === undefined ? trace : [sentence, ...trace];
    notify.failure(title ?? sentence, rest.length > 0 ? rest.join(' ') : undefined);
  };
}
