import { BookOpen } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, ScrollRestoration } from 'react-router';

import { reloadWhenAsked } from '../browser/tabs';
import { LanguageSwitch } from '../features/preferences/LanguageSwitch';
import { AwayBanner } from '../features/offline/AwayBanner';
import { ThemeSwitch } from '../features/preferences/ThemeSwitch';
import { ReadyWatcher } from '../features/ready/ReadyWatcher';
import styles from './Layout.module.css';

/** What surrounds every page. */
export function Layout() {
  const { t } = useTranslation();
  useEffect(() => reloadWhenAsked(), []);
  return (
    <div className={styles.layout}>
      <a className={styles.skip} href="#content">
        {t('app.skip')}
      </a>
      <header className={styles.header}>
        <Link to="/" className={styles.brand}>
          <BookOpen aria-hidden="true" />
          {t('app.name')}
        </Link>
        <div className={styles.preferences}>
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <AwayBanner />
      <main id="content" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <ReadyWatcher />
      <ScrollRestoration />
    </div>
  );
}
