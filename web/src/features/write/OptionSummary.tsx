import { useTranslation } from 'react-i18next';

import type { StoryOptions } from '../../api/types';
import { useFormats } from '../../i18n/formats';
import type { Draft } from './draft';
import styles from './OptionSummary.module.css';

/** The wishes for a story in one line, such as "For Yuki, 6 · Bedtime · Calm". */
export function OptionSummary({ options }: { options: StoryOptions | Draft }) {
  const { t } = useTranslation();
  const { languageName } = useFormats();
  const { protagonist: name, age, genre, tone, length, language } = options;
  const hasAge = age !== '' && age !== null && age !== undefined;
  const parts = [
    name && hasAge && t('reading.forNameAge', { name, age }),
    name && !hasAge && t('reading.forName', { name }),
    !name && hasAge && t('reading.ageOnly', { age }),
    genre && t(`write.genres.${genre}`),
    tone && t(`write.tones.${tone}`),
    length && t(`write.lengths.${length}`),
    language && languageName(language),
  ].filter((part) => typeof part === 'string' && part !== '');
  return <span className={styles.summary}>{parts.join(' · ')}</span>;
}
