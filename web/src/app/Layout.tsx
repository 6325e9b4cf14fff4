import { BookOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, ScrollRestoration } from 'react-router';

import { LanguageSwitch } from '../features/preferences/LanguageSwitch';
import { ThemeSwitch } from '../features/preferences/ThemeSwitch';
import styles from './Layout.module.css';

/** What surrounds every page. */
export function Layout() {
  const { t } = useTranslation();
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
      <main id="content" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
      <ScrollRestoration />
    </div>
  );
}
