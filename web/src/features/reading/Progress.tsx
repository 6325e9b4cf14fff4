import { ArrowDown, LoaderCircle, Square, WifiOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { Button } from '../../design/Button';
import { AskToNotify } from './AskToNotify';
import { useProgressWords } from './useProgressWords';
import type { LiveStory } from './stream/useLiveStory';
import styles from './Progress.module.css';

interface ProgressProps {
  live: LiveStory;
  language: string;
  following: boolean;
  onFollow: () => void;
  stopping: boolean;
  onStop: () => void;
}

/** At the foot of a story that is being written: how far it is, and how to stop it. */
export function Progress({ live, language, following, onFollow, stopping, onStop }: ProgressProps) {
  const { t } = useTranslation();
  const { state, detail } = useProgressWords(live, language);
  const { model } = live.transcript.story;
  const offline = live.connection === 'reconnecting';
  return (
    <div className={styles.bar}>
      {!following && (
        <Button onClick={onFollow}>
          <ArrowDown aria-hidden="true" />
          {t('reading.newest')}
        </Button>
      )}
      <div className={styles.row}>
        {offline ? (
          <WifiOff className={styles.offline} aria-hidden="true" />
        ) : (
          <LoaderCircle className={styles.turning} aria-hidden="true" />
        )}
        <p className={styles.words}>
          <span role="status">{state}</span>
          <span className={styles.detail}>
            {detail !== null && <span>{detail}</span>}
            {detail !== null && model !== null && ' · '}
            {model !== null && t('reading.byModel', { model })}
          </span>
        </p>
        <AskToNotify />
        <Button busy={stopping} onClick={onStop}>
          <Square aria-hidden="true" />
          {stopping ? t('reading.stopping') : t('reading.stop')}
        </Button>
      </div>
    </div>
  );
}
