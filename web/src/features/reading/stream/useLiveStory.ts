import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useReducer, useState } from 'react';

import { refreshLists, rememberStory } from '../../../api/cache';
import { promptById } from '../../../api/prompts';
import { storyEventsUrl } from '../../../api/stories';
import { isFinal, type Story } from '../../../api/types';
import { readStream, type ConnectionState } from './connection';
import { perFrame } from './perFrame';
import { readStoryEvent, type StoryEvent } from './storyEvents';
import { afterEvent, transcriptOf, type Transcript } from './transcript';

export interface LiveStory {
  transcript: Transcript;
  /** Null when the story is not being followed, because nothing more will happen to it. */
  connection: ConnectionState | null;
}

type Update = { events: StoryEvent[] } | { story: Story };

function update(before: Transcript, change: Update): Transcript {
  return 'story' in change ? transcriptOf(change.story) : change.events.reduce(afterEvent, before);
}

/** Follows a story while it is queued or written, and keeps the query cache up with it. */
export function useLiveStory(story: Story): LiveStory {
  const client = useQueryClient();
  const [transcript, apply] = useReducer(update, story, transcriptOf);
  const [connection, setConnection] = useState<ConnectionState>('connecting');
  const following = !isFinal(story.status);

  useEffect(() => {
    if (!following) return undefined;
    const stop = new AbortController();
    // The connection's own copy: decisions cannot wait for the next frame's rendering.
    let latest = transcriptOf(story);
    apply({ story });
    const show = perFrame<StoryEvent>((events) => {
      apply({ events });
    });

    void readStream(
      storyEventsUrl(story.id),
      {
        onState: setConnection,
        onEvent: (raw) => {
          const event = readStoryEvent(raw);
          if (event === null) return 'go-on';
          latest = afterEvent(latest, event);
          show.add(event);
          if (event.type === 'status' && !isFinal(event.story.status)) {
            rememberStory(client, { ...event.story, text: latest.text });
          }
          if (latest.incomplete && event.type !== 'ended') return 'rewind';
          return event.type === 'ended' ? 'done' : 'go-on';
        },
      },
      stop.signal,
    ).then(async (end) => {
      if (end === 'aborted') return;
      show.flush();
      if (end === 'done' && !latest.incomplete) {
        rememberStory(client, { ...latest.story, text: latest.text });
      } else {
        await client.invalidateQueries({ queryKey: promptById(story.prompt_id).queryKey });
      }
      await refreshLists(client);
    });

    return () => {
      stop.abort();
      show.drop();
    };
    // Only another story, or a retry of this one, opens another stream: later copies of a story
    // that is being followed know less than the stream does.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [story.id, following, client]);

  return following
    ? { transcript, connection }
    : { transcript: transcriptOf(story), connection: null };
}
