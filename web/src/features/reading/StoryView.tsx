import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Prompt, Story } from '../../api/types';
import { languageOf } from '../../text/languageOf';
import { titleOf } from '../../text/titleOf';
import { Colophon } from './Colophon';
import { EndMark } from './EndMark';
import { FailureNotice } from './FailureNotice';
import { PartTitle } from './PartTitle';
import { Progress } from './Progress';
import { SpokenStory } from './SpokenStory';
import { StoryActions } from './StoryActions';
import { StoryText } from './StoryText';
import { useLiveStory } from './stream/useLiveStory';
import { useFollowEnd } from './useFollowEnd';
import { useStoryActions } from './useStoryActions';
import { useTidings } from './useTidings';
import styles from './StoryView.module.css';

interface StoryViewProps {
  prompt: Prompt;
  /** The story with the parts before it. */
  parts: readonly Story[];
  story: Story;
}

/** The last part of a story: its text, growing while it is written, and what can be done with it. */
export function StoryView({ prompt, parts, story }: StoryViewProps) {
  const { t } = useTranslation();
  const live = useLiveStory(story);
  const actions = useStoryActions(story);
  const { transcript } = live;
  const { status, failure } = transcript.story;
  const active = live.connection !== null;
  const [openedEmpty] = useState(transcript.text === '');
  const { following, follow } = useFollowEnd(active, transcript.length, openedEmpty);
  const language = languageOf(transcript.text, prompt.options.language);
  useTidings(story, status, titleOf(prompt.content));

  return (
    <section className={styles.part}>
      <PartTitle part={story.part} />
      {status === 'failed' && (
        <FailureNotice
          prompt={prompt}
          failure={failure}
          traceId={story.trace_id}
          hasText={transcript.length > 0}
          retrying={actions.retry.isPending}
          onRetry={() => {
            actions.retry.mutate();
          }}
        />
      )}
      <div className={styles.story}>
        <StoryText
          text={transcript.text}
          language={language}
          writing={active}
          opening={story.part === 1}
        />
        {status === 'finished' && <EndMark language={language} />}
        {status === 'cancelled' && (
          <p className={styles.stopped}>
            {t(transcript.length > 0 ? 'reading.stopped' : 'reading.stoppedEmpty')}
          </p>
        )}
      </div>
      <SpokenStory text={transcript.text} language={language} writing={active} />
      <EndAnnouncement status={status} />
      {active ? (
        <Progress
          live={live}
          language={language}
          following={following}
          onFollow={follow}
          stopping={actions.stop.isPending || actions.stop.isSuccess}
          onStop={() => {
            actions.stop.mutate();
          }}
        />
      ) : (
        <footer className={styles.footer}>
          <StoryActions prompt={prompt} story={story} actions={actions} />
          <Colophon parts={parts} story={story} language={language} />
        </footer>
      )}
    </section>
  );
}

const ENDS = {
  finished: 'reading.announceFinished',
  failed: 'reading.announceFailed',
  cancelled: 'reading.announceStopped',
} as const;

/** Says that a story ended, to those who cannot see it; silent for one that had ended before. */
function EndAnnouncement({ status }: { status: Story['status'] }) {
  const { t } = useTranslation();
  const [atFirst] = useState(status);
  const words = status !== atFirst && status in ENDS ? t(ENDS[status as keyof typeof ENDS]) : '';
  return (
    <p className="visually-hidden" role="status">
      {words}
    </p>
  );
}
