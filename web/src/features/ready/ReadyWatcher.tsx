import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { refreshPrompts } from '../../api/cache';
import { ApiError } from '../../api/problem';
import { storyById } from '../../api/stories';
import { isFinal } from '../../api/types';
import { notifyAway } from '../../browser/notification';
import { useNotify } from '../../design/toast/useNotify';
import { unwatch, useWatched, type Watched } from './watched';

/** Milliseconds between looks. */
const GLANCE = 4000;

/** Tells the reader, wherever in the app, that a story which they left unfinished is ready. */
export function ReadyWatcher() {
  return useWatched().map((story) => <Watch key={story.storyId} story={story} />);
}

function Watch({ story }: { story: Watched }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const notify = useNotify();
  const { data, error } = useQuery({
    ...storyById(story.storyId),
    refetchInterval: GLANCE,
    refetchIntervalInBackground: true,
  });
  const status = data?.status;
  const isGone = error instanceof ApiError && error.kind === 'not_found';

  useEffect(() => {
    if (isGone) unwatch(story.storyId);
    if (status === undefined || !isFinal(status)) return;
    unwatch(story.storyId);
    void refreshPrompts(client);
    if (status === 'cancelled') return;
    const address = `/prompts/${story.promptId}?story=${story.storyId}`;
    const title = t(status === 'finished' ? 'ready.finished' : 'ready.failed', {
      name: story.title,
    });
    const action = {
      label: t('ready.open'),
      run: () => {
        void navigate(address);
      },
    };
    if (status === 'finished') notify.success(title, undefined, action);
    else notify.warning(title, undefined, action);
    void notifyAway(title, t('ready.hint'), address);
    // Once for each story: what else changes does not make it ready again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [status, isGone]);
  return null;
}
