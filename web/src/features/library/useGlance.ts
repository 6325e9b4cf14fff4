import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { rememberSummary } from '../../api/cache';
import { storyById } from '../../api/stories';
import { isFinal, type StorySummary } from '../../api/types';

/** Milliseconds between looks at a story that is not finished. */
const GLANCE = 4000;

/** A story as it stands now: one that is queued or written is looked at every now and then. */
export function useGlance(story: StorySummary | undefined): StorySummary | undefined {
  const client = useQueryClient();
  const unfinished = story !== undefined && !isFinal(story.status);
  const { data } = useQuery({
    ...storyById(story?.id ?? ''),
    enabled: unfinished,
    refetchInterval: GLANCE,
  });
  useEffect(() => {
    if (unfinished && data !== undefined && isFinal(data.status)) rememberSummary(client, data);
  }, [client, unfinished, data]);
  return unfinished ? (data ?? story) : story;
}
