import { render } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';

import { createQueryClient } from '../api/queryClient';
import { Component as HomePage } from '../app/HomePage';
import { Providers } from '../app/Providers';
import { routes } from '../app/routes';

/** Shows the app at an address. */
export function renderApp(address = '/') {
  const router = createMemoryRouter(routes({ Component: HomePage }), { initialEntries: [address] });
  const view = render(
    <Providers client={createQueryClient()}>
      <RouterProvider router={router} />
    </Providers>,
  );
  return { router, ...view };
}
