import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Select } from '../../design/Select';
import { TextField } from '../../design/TextField';
import { useFormats } from '../../i18n/formats';
import { GENRES, LENGTHS, TONES } from './choices';
import type { Draft } from './draft';
import { OptionSummary } from './OptionSummary';
import styles from './OptionFields.module.css';

interface OptionFieldsProps {
  draft: Draft;
  languages: readonly string[];
  /** Longest name in code points; null while the server has not told. */
  nameLimit: number | null;
  onChange: (changes: Partial<Draft>) => void;
}

/** The wishes about a story; folded on a narrow screen, where the idea itself comes first. */
export function OptionFields({ draft, languages, nameLimit, onChange }: OptionFieldsProps) {
  const { t } = useTranslation();
  const { languageName } = useFormats();
  const [open, setOpen] = useState(() => matchMedia('(width >= 48rem)').matches);
  return (
    <details
      className={styles.options}
      open={open}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary className={styles.summary}>
        <ChevronRight className={styles.chevron} aria-hidden="true" />
        <span className={styles.summaryTitle}>{t('write.details')}</span>
        {!open && <OptionSummary options={draft} />}
      </summary>
      <div className={styles.grid}>
        <TextField
          name="protagonist"
          label={t('write.protagonist')}
          hint={t('write.protagonistHint')}
          value={draft.protagonist}
          onValueChange={(protagonist) => {
            onChange({ protagonist });
          }}
          maxLength={nameLimit ?? undefined}
          autoComplete="off"
        />
        <TextField
          name="age"
          label={t('write.age')}
          value={draft.age}
          onValueChange={(age) => {
            onChange({ age });
          }}
          inputMode="numeric"
          autoComplete="off"
        />
        <Select
          label={t('write.genre')}
          value={draft.genre}
          none={t('write.any')}
          choices={GENRES.map((genre) => [genre, t(`write.genres.${genre}`)])}
          onChange={(genre) => {
            onChange({ genre });
          }}
        />
        <Select
          label={t('write.tone')}
          value={draft.tone}
          none={t('write.any')}
          choices={TONES.map((tone) => [tone, t(`write.tones.${tone}`)])}
          onChange={(tone) => {
            onChange({ tone });
          }}
        />
        <Select
          label={t('write.length')}
          value={draft.length}
          none={t('write.any')}
          choices={LENGTHS.map((length) => [length, t(`write.lengths.${length}`)])}
          onChange={(length) => {
            onChange({ length });
          }}
        />
        <Select
          label={t('write.language')}
          value={draft.language}
          choices={languages.map((language) => [language, languageName(language)])}
          onChange={(language) => {
            onChange({ language });
          }}
        />
      </div>
    </details>
  );
}
