import { Moon, Sun, SunMoon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { IconSelect } from './IconSelect';
import { chooseTheme, chosenTheme, THEMES } from './theme';

const ICONS = { system: SunMoon, light: Sun, dark: Moon } as const;

export function ThemeSwitch() {
  const { t } = useTranslation();
  const [theme, setTheme] = useState(chosenTheme);
  const Icon = ICONS[theme];
  return (
    <IconSelect
      label={t('app.theme')}
      icon={<Icon aria-hidden="true" />}
      value={theme}
      choices={THEMES.map((value) => ({ value, text: t(`app.themes.${value}`) }))}
      onChange={(next) => {
        chooseTheme(next);
        setTheme(next);
      }}
    />
  );
}
