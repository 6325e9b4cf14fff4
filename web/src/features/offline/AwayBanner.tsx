import { useQueryClient } from '@tanstack/react-query';
import { WifiOff } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

import { useServerAway } from '../../api/reachability';
import { useSettings } from '../../api/settings';
import { Button } from '../../design/Button';
import styles from './AwayBanner.module.css';

/** Milliseconds between looks for a server that is away. */
const PATIENCE = 5000;

/** Says that what is shown was saved earlier, and looks whether the server is back. */
export function AwayBanner() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const away = useServerAway();
  const { refetch } = useSettings();

  useEffect(() => {
    if (!away) return undefined;
    const look = () => void refetch();
    const timer = setInterval(look, PATIENCE);
    window.addEventListener('online', look);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', look);
      // It is back: whatever was shown meanwhile may be old.
      void client.invalidateQueries();
    };
  }, [away, refetch, client]);

  return (
    <div role="status" className={styles.place}>
      {away && (
        <div className={styles.banner}>
          <WifiOff aria-hidden="true" />
          <p>{t('offline.banner')}</p>
          <Button
            look="quiet"
            onClick={() => {
              void client.invalidateQueries();
            }}
          >
            {t('app.tryAgain')}
          </Button>
        </div>
      )}
    </div>
  );
}
