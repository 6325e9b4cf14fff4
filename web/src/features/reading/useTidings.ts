import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { isFinal, type Story, type StoryStatus } from '../../api/types';
import { notifyAway } from '../../browser/notification';
import { useDocumentTitle } from '../../browser/useDocumentTitle';
import { unwatch, watch } from '../ready/watched';

/**
 * Keeps a reader who looks elsewhere informed: the browser's tab shows that the story is being
 * written and that it is ready, a notification says so, and a story that is left unfinished goes
 * on being watched.
 */
export function useTidings(story: Story, status: StoryStatus, title: string): void {
  const { t } = useTranslation();
  const [news, setNews] = useState(false);
  const before = useRef(status);
  const { id: storyId, prompt_id: promptId } = story;
  const writing = !isFinal(status);
  useDocumentTitle(writing ? `✎ ${title}` : news ? `✓ ${title}` : title);

  useEffect(() => {
    const ended = !isFinal(before.current) && isFinal(status);
    before.current = status;
    if (!ended || status === 'cancelled' || document.visibilityState === 'visible') {
      return undefined;
    }
    setNews(true);
    const words = t(status === 'finished' ? 'ready.finished' : 'ready.failed', { name: title });
    void notifyAway(words, t('ready.hint'), `/prompts/${promptId}?story=${storyId}`);
    const seen = () => {
      setNews(false);
    };
    document.addEventListener('visibilitychange', seen, { once: true });
    return () => {
      document.removeEventListener('visibilitychange', seen);
    };
  }, [status, t, title, promptId, storyId]);

  useEffect(() => {
    unwatch(storyId);
    return () => {
      if (writing) watch({ storyId, promptId, title });
    };
  }, [writing, storyId, promptId, title]);
}
