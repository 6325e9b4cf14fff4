import type { RouteObject } from 'react-router';

import { BrokenPage } from './BrokenPage';
import { HomePage } from './HomePage';
import { Layout } from './Layout';
import { NotFoundPage } from './NotFoundPage';

/** The pages; all but the first are loaded when somebody goes there. */
export const routes: RouteObject[] = [
  {
    element: <Layout />,
    errorElement: <BrokenPage />,
    // The page that is opened first is loaded before anything is shown.
    HydrateFallback: () => null,
    children: [
      {
        errorElement: <BrokenPage />,
        children: [
          { index: true, element: <HomePage /> },
          {
            path: 'prompts/:promptId',
            lazy: () => import('../features/reading/ReadingPage'),
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
