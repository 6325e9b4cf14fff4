import { QueryClientProvider } from '@tanstack/react-query';
import i18next from 'i18next';
import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider, initReactI18next, useTranslation } from 'react-i18next';
import { createMemoryRouter, RouterProvider } from 'react-router';

import { createQueryClient } from '../api/queryClient';
import { Component as HomePage } from '../app/HomePage';
import { Layout } from '../app/Layout';
import { createNoticeBoard, NoticeBoardContext } from '../design/toast/NoticeBoard';
import { Skeleton } from '../design/Skeleton';
import { BackLink } from '../features/reading/BackLink';
import page from '../features/reading/ReadingPage.module.css';
import type { Language } from '../i18n/language';
import { translationsIn } from '../i18n/setup';

/*
 * What a reader sees before the JavaScript is there: the first render of the app, as HTML. It is
 * made when the app is built (build/shell.ts), once for each of these, and one of them is shown by
 * what public/first-paint.js found out. The app takes its place, in the same places on the screen.
 */
interface Shell {
  /** The first page with its form, or any other page, of which only the frame is known. */
  screen: 'home' | 'page';
  language: Language;
  /** For screens on which the wishes are unfolded; null where that makes no difference. */
  width: 'narrow' | 'wide' | null;
}

const LANGUAGES: readonly Language[] = ['en', 'ja'];
const SHELLS: readonly Shell[] = LANGUAGES.flatMap((language) => [
  { screen: 'home', language, width: 'narrow' },
  { screen: 'home', language, width: 'wide' },
  { screen: 'page', language, width: null },
]);

/** All shells, to stand in the place of the app in index.html. */
export async function renderShells(): Promise<string> {
  const shells: string[] = [];
  for (const shell of SHELLS) shells.push(await render(shell));
  return shells.join('');
}

async function render({ screen, language, width }: Shell): Promise<string> {
  const i18n = i18next.createInstance().use(initReactI18next);
  await i18n.init(await translationsIn(language));
  const wide = width === 'wide';
  Object.assign(globalThis, { matchMedia: () => ({ matches: wide }) });
  const router = createMemoryRouter(
    [
      {
        element: <Layout />,
        children: [
          { index: true, Component: HomePage },
          { path: '*', Component: PageOnItsWay },
        ],
      },
    ],
    { initialEntries: [screen === 'home' ? '/' : '/page'] },
  );
  return renderToStaticMarkup(
    <div
      // Not to be used yet: what is typed into it would be lost.
      inert
      lang={language}
      className={['shell', `shell-${screen}`, ...(width === null ? [] : [`shell-${width}`])].join(
        ' ',
      )}
    >
      <I18nextProvider i18n={i18n}>
        <QueryClientProvider client={createQueryClient()}>
          <NoticeBoardContext value={createNoticeBoard()}>
            <RouterProvider router={router} />
          </NoticeBoardContext>
        </QueryClientProvider>
      </I18nextProvider>
    </div>,
  );
}

/** As a story looks while it is loaded. */
function PageOnItsWay() {
  const { t } = useTranslation();
  return (
    <article className={page.page}>
      <BackLink />
      <Skeleton lines={9} label={t('app.loading')} />
    </article>
  );
}
