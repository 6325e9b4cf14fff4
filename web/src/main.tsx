import './design/tokens.css';
import './design/base.css';
import './shell/shell.css';

import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, RouterProvider } from 'react-router';

import { createQueryClient } from './api/queryClient';
import { Providers } from './app/Providers';
import { routes } from './app/routes';
import { whenReady } from './app/whenReady';
import { startI18n } from './i18n/setup';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const router = createBrowserRouter(routes({ lazy: () => import('./app/HomePage') }));
await Promise.all([startI18n(), whenReady(router)]);
// In the place of the shell (src/shell), at once and as a whole; a transition is worked off in
// small pieces, so that a slow phone can scroll and type meanwhile.
startTransition(() => {
  createRoot(root).render(
    <StrictMode>
      <Providers client={createQueryClient()}>
        <RouterProvider router={router} />
      </Providers>
    </StrictMode>,
  );
});
