import { useQuery } from '@tanstack/react-query';

import { api, bodyOf } from './client';

/** What the server offers: the model in use, story languages, limits. */
export function useSettings() {
  return useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => bodyOf(api.GET('/api/v1/settings', { signal })),
    staleTime: 60_000,
  });
}
