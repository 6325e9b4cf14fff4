import type { IndexRouteObject, RouteObject } from 'react-router';

import { BrokenPage } from './BrokenPage';
import { Layout } from './Layout';
import { NotFoundPage } from './NotFoundPage';

/** The pages; each is loaded when somebody goes there. `home` says how the first one is. */
export const routes = (home: Pick<IndexRouteObject, 'lazy' | 'Component'>): RouteObject[] => [
  {
    element: <Layout />,
    errorElement: <BrokenPage />,
    // The page that is opened first is loaded before anything is shown.
    HydrateFallback: () => null,
    children: [
      {
        errorElement: <BrokenPage />,
        children: [
          { index: true, ...home },
          {
            path: 'prompts/:promptId',
            lazy: () => import('../features/reading/ReadingPage'),
          },
          {
            path: 'prompts/:promptId/compare',
            lazy: () => import('../features/reading/ComparePage'),
          },
          {
            path: 'trash',
            lazy: () => import('../features/trash/TrashPage'),
          },
          {
            path: 'devices',
            lazy: () => import('../features/devices/DevicesPage'),
          },
          {
            path: 'join',
            lazy: () => import('../features/devices/JoinPage'),
          },
          {
            path: 'samples/:sampleId',
            lazy: () => import('../features/samples/SamplePage'),
          },
          { path: '*', element: <NotFoundPage /> },
        ],
      },
    ],
  },
];
