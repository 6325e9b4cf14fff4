import { useTranslation } from 'react-i18next';

import type { StoryOptions } from '../../api/types';
import { useFormats } from '../../i18n/formats';
import type { Draft } from './draft';

/** The wishes for a story in words, such as "For Yuki, 6", "Bedtime", "Calm". */
export function useOptionWords(): (options: StoryOptions | Draft) => string[] {
  const { t } = useTranslation();
  const { languageName } = useFormats();
  return ({ protagonist, age, genre, tone, length, language }) => {
    const name = isolated(protagonist ?? '');
    const hasAge = age !== '' && age !== null && age !== undefined;
    return [
      name && hasAge && t('reading.forNameAge', { name, age }),
      name && !hasAge && t('reading.forName', { name }),
      !name && hasAge && t('reading.ageOnly', { age }),
      genre && t(`write.genres.${genre}`),
      tone && t(`write.tones.${tone}`),
      length && t(`write.lengths.${length}`),
      language && languageName(language),
    ].filter((part) => typeof part === 'string' && part !== '') as string[];
  };
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name written from right to left must not turn the words around it. */
function isolated(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}
