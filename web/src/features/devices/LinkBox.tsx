import { Copy, Send } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';

import type { LibraryLink } from '../../api/types';
import { useCopy } from '../../browser/useCopy';
import { Button } from '../../design/Button';
import fieldStyles from '../../design/Field.module.css';
import { useFormats } from '../../i18n/formats';
import { joinAddress } from './joinAddress';
import { QrCode } from './QrCode';
import styles from './Devices.module.css';

/** A link that opens the library elsewhere: to scan, to copy, to send. */
export function LinkBox({ link }: { link: LibraryLink }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  const copy = useCopy();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What was just asked for: it is read out, and Ctrl+C takes it.
    field.current?.focus();
  }, []);
  const address = joinAddress(link.code);
  return (
    <div className={styles.link}>
      <QrCode text={address} label={t('devices.code')} />
      <div className={styles.linkWords}>
        <label className={fieldStyles.field}>
          <span className={fieldStyles.label}>{t('devices.link')}</span>
          <input
            className={fieldStyles.control}
            value={address}
            readOnly
            ref={field}
            onFocus={(event) => {
              event.target.select();
            }}
          />
        </label>
        <div className={styles.actions}>
          <Button
            onClick={() => {
              void copy(address);
            }}
          >
            <Copy aria-hidden="true" />
            {t('devices.copy')}
          </Button>
          {'share' in navigator && (
            <Button
              onClick={() => {
                // Closing the share sheet is no failure.
                void navigator.share({ url: address }).catch(() => undefined);
              }}
            >
              <Send aria-hidden="true" />
              {t('devices.send')}
            </Button>
          )}
        </div>
        <p className={styles.hint}>{t('devices.until', { time: time(link.expires_at) })}</p>
        <p className={styles.hint}>{t('devices.careful')}</p>
      </div>
    </div>
  );
}
