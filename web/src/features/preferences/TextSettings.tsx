import { Popover } from '@base-ui/react/popover';
import { AArrowDown, AArrowUp, CaseSensitive } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from '../../design/Button';
import { chooseTypography, chosenTypography, FACES, SIZES, type Typography } from './reading';
import styles from './TextSettings.module.css';

/** How large and in which letters stories are set. */
export function TextSettings() {
  const { t } = useTranslation();
  const [typography, setTypography] = useState(chosenTypography);
  const group = useId();

  function change(changes: Partial<Typography>) {
    const next = { ...typography, ...changes };
    setTypography(next);
    chooseTypography(next);
  }
  function step(by: number) {
    const size = SIZES.find((one) => one === typography.size + by);
    if (size !== undefined) change({ size });
  }

  return (
    <Popover.Root>
      <Popover.Trigger render={<Button look="quiet" iconOnly aria-label={t('text.title')} />}>
        <CaseSensitive aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={8} align="start" className={styles.positioner}>
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.title}>{t('text.title')}</Popover.Title>
            <div className={styles.row} role="group" aria-label={t('text.size')}>
              <Button
                aria-label={t('text.smaller')}
                disabled={typography.size === SIZES[0]}
                onClick={() => {
                  step(-1);
                }}
              >
                <AArrowDown aria-hidden="true" />
              </Button>
              <span className={styles.steps} aria-hidden="true">
                {SIZES.map((size) => (
                  <span key={size} data-filled={size <= typography.size || undefined} />
                ))}
              </span>
              <Button
                aria-label={t('text.larger')}
                disabled={typography.size === SIZES.at(-1)}
                onClick={() => {
                  step(1);
                }}
              >
                <AArrowUp aria-hidden="true" />
              </Button>
            </div>
            <fieldset className={styles.faces}>
              <legend className="visually-hidden">{t('text.face')}</legend>
              {FACES.map((face) => (
                <label key={face} className={styles.face} data-face={face}>
                  <input
                    type="radio"
                    name={group}
                    value={face}
                    checked={typography.face === face}
                    onChange={() => {
                      change({ face });
                    }}
                  />
                  <span aria-hidden="true">{t('text.sample')}</span>
                  {t(`text.faces.${face}`)}
                </label>
              ))}
            </fieldset>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
