import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { Notices } from '../design/toast/Notices';
import { UpdatePrompt } from '../features/offline/UpdatePrompt';

/** What every part of the app may use. */
export function Providers({ client, children }: { client: QueryClient; children: ReactNode }) {
  return (
    // The content security policy allows no style elements.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={client}>
        <Notices>
          {children}
          <UpdatePrompt />
        </Notices>
      </QueryClientProvider>
    </CSPProvider>
  );
}
