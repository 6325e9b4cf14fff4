import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { afterPaint } from '../../browser/afterPaint';
import { useNotify } from '../../design/toast/useNotify';

/** Installs the service worker and offers its updates; nothing changes under a reader's hands. */
export function UpdatePrompt() {
  const { t } = useTranslation();
  const notify = useNotify();
  const update = useRef<((reload: boolean) => Promise<void>) | null>(null);
  const [ready, setReady] = useState(false);

  useEffect(() => {
    // After the first paint: it serves the next visit, not this one.
    void afterPaint().then(async () => {
      const { registerSW } = await import('virtual:pwa-register');
      update.current = registerSW({
        onNeedRefresh: () => {
          setReady(true);
        },
      });
    });
  }, []);

  useEffect(() => {
    if (!ready) return;
    notify.success(t('offline.updateReady'), undefined, {
      label: t('offline.update'),
      run: () => {
        void update.current?.(true);
      },
    });
    // Said once, in the language of that moment.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ready]);
  return null;
}
