import { Bell } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { notificationPermission } from '../../browser/notification';
import { Button } from '../../design/Button';
import { useNotify } from '../../design/toast/useNotify';

/** Offers to tell when the story is ready, to whoever has not decided about it. */
export function AskToNotify() {
  const { t } = useTranslation();
  const notify = useNotify();
  const [permission, setPermission] = useState(notificationPermission);
  if (permission !== 'default') return null;
  return (
    <Button
      look="quiet"
      iconOnly
      aria-label={t('ready.ask')}
      title={t('ready.ask')}
      onClick={() => {
        void Notification.requestPermission().then((answer) => {
          setPermission(answer);
          if (answer === 'granted') notify.success(t('ready.willTell'));
        });
      }}
    >
      <Bell aria-hidden="true" />
    </Button>
  );
}
