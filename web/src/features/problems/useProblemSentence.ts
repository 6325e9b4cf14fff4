import { useTranslation } from 'react-i18next';

import { ApiError } from '../../api/problem';

/** Says in the reader's language what went wrong with a request and what to do. */
export function useProblemSentence(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) =>
    error instanceof ApiError
      ? t(`problem.${error.kind}`, { detail: error.message })
      : t('problem.unexpected');
}
