import { ChevronDown, Star } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import type { PromptFilter } from '../../api/prompts';
import { useSettings } from '../../api/settings';
import { useFormats } from '../../i18n/formats';
import { STATUSES } from './useLibraryFilter';
import styles from './Filters.module.css';

interface FiltersProps {
  filter: PromptFilter;
  onChange: (changes: Partial<PromptFilter>) => void;
}

/** Narrows the library down: favourites, state, language. */
export function Filters({ filter, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const { languageName } = useFormats();
  const { data: settings } = useSettings();
  const languages = new Set([...(settings?.languages ?? []), filter.language].filter(Boolean));
  return (
    <div role="group" aria-label={t('library.filters')} className={styles.filters}>
      <button
        type="button"
        className={styles.chip}
        aria-pressed={filter.favourites}
        onClick={() => {
          onChange({ favourites: !filter.favourites });
        }}
      >
        <Star aria-hidden="true" />
        {t('library.favourites')}
      </button>
      <Choice
        label={t('library.state')}
        any={t('library.anyState')}
        value={filter.status}
        choices={STATUSES.map((status) => [status, t(`reading.status.${status}`)])}
        onChange={(value) => {
          onChange({ status: STATUSES.find((status) => status === value) ?? '' });
        }}
      />
      <Choice
        label={t('library.language')}
        any={t('library.anyLanguage')}
        value={filter.language}
        choices={[...languages].map((language) => [language, languageName(language)])}
        onChange={(language) => {
          onChange({ language });
        }}
      />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  any: string;
  value: string;
  choices: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}

function Choice({ label, any, value, choices, onChange }: ChoiceProps) {
  return (
    <span className={styles.choice} data-chosen={value !== '' || undefined}>
      <select
        className={styles.chip}
        aria-label={label}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        <option value="">{any}</option>
        {choices.map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden="true" />
    </span>
  );
}
