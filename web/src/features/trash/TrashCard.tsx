import { Trash2, Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import type { TrashedPrompt } from '../../api/types';
import { Button } from '../../design/Button';
import { useFormats } from '../../i18n/formats';
import { languageOf } from '../../text/languageOf';
import { titleOf } from '../../text/titleOf';
import { OptionSummary } from '../write/OptionSummary';
import { useTrash } from './useTrash';
import styles from './TrashPage.module.css';

interface TrashCardProps {
  prompt: TrashedPrompt;
  onRemove: () => void;
}

export function TrashCard({ prompt, onRemove }: TrashCardProps) {
  const { t } = useTranslation();
  const { day } = useFormats();
  const { restore } = useTrash();
  const title = titleOf(prompt.content);
  return (
    <li className={styles.card}>
      <div className={styles.words}>
        <h2 className={styles.name} lang={languageOf(prompt.content)}>
          {title}
        </h2>
        <OptionSummary options={prompt.options} />
        <p className={styles.until}>{t('trash.until', { date: day(prompt.purged_at) })}</p>
      </div>
      <div className={styles.buttons}>
        <Button
          busy={restore.isPending}
          aria-label={t('trash.restoreNamed', { name: title })}
          onClick={() => {
            restore.mutate(prompt.id);
          }}
        >
          <Undo2 aria-hidden="true" />
          {t('trash.restore')}
        </Button>
        <Button
          look="quiet"
          iconOnly
          aria-label={t('trash.removeNamed', { name: title })}
          onClick={onRemove}
        >
          <Trash2 aria-hidden="true" />
        </Button>
      </div>
    </li>
  );
}
