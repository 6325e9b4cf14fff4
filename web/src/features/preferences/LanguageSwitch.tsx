import { Globe } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { LANGUAGES, rememberLanguage } from '../../i18n/language';
import { showIn } from '../../i18n/setup';
import { IconSelect } from './IconSelect';

/** Each language under its own name, so that its readers find it from any other. */
const NAMES = { ja: '日本語', en: 'English' } as const;

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <IconSelect
      label={t('app.language')}
      icon={<Globe aria-hidden="true" />}
      withText
      value={LANGUAGES.find((language) => language === i18n.language) ?? 'en'}
      choices={LANGUAGES.map((value) => ({ value, text: NAMES[value], lang: value }))}
      onChange={(language) => {
        rememberLanguage(language);
        void showIn(language);
      }}
    />
  );
}
