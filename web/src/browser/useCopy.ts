import { useTranslation } from 'react-i18next';

import { useNotify } from '../design/toast/useNotify';

/** Copies text and says whether it worked; browsers forbid it on pages without TLS. */
export function useCopy(): (text: string) => Promise<void> {
  const { t } = useTranslation();
  const notify = useNotify();
  return async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      notify.success(t('app.copied'));
    } catch {
      notify.warning(t('app.copyFailed'));
    }
  };
}
