import { useQueryClient } from '@tanstack/react-query';

import { forgetLoaded } from '../../api/cache';
import { forgetSaved } from '../../api/saved';
import { reloadOtherTabs } from '../../browser/tabs';
import { unwatchAll } from '../ready/watched';

/** Removes what this browser holds of a library, in all of its windows: from now on it shows another one. */
export function useForget(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    unwatchAll();
    await forgetLoaded(client);
    await forgetSaved();
    reloadOtherTabs();
  };
}
