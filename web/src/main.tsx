import './design/tokens.css';
import './design/base.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, RouterProvider } from 'react-router';

import { createQueryClient } from './api/queryClient';
import { Providers } from './app/Providers';
import { routes } from './app/routes';
import { startI18n } from './i18n/setup';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

// Together with the words rather than after them, where it is the page that is wanted.
const loadHome = () => import('./app/HomePage');
if (window.location.pathname === '/') void loadHome();
await startI18n();
createRoot(root).render(
  <StrictMode>
    <Providers client={createQueryClient()}>
      <RouterProvider router={createBrowserRouter(routes({ lazy: loadHome }))} />
    </Providers>
  </StrictMode>,
);
