import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

import { refreshLists, rememberFavourite } from '../../api/cache';
import { markFavourite } from '../../api/prompts';
import { useReportFailure } from '../problems/useReportFailure';

/** Marks prompts as favourites; shown at once, and taken back should the server not have it. */
export function useFavourite(promptId: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const reportFailure = useReportFailure();
  return useMutation({
    mutationFn: (favourite: boolean) => markFavourite(promptId, favourite),
    onMutate: (favourite) => {
      rememberFavourite(client, promptId, favourite);
    },
    onError: (error, favourite) => {
      rememberFavourite(client, promptId, !favourite);
      reportFailure(error, t('library.favouriteFailed'));
    },
    onSettled: () => refreshLists(client),
  });
}
