import { useTranslation } from 'react-i18next';

import type { LiveStory } from './stream/useLiveStory';
import { textLength } from '../../text/textLength';

/** Where a story stands, as a sentence and, when there is some, a figure. */
export function useProgressWords({ transcript, connection }: LiveStory, language: string) {
  const { t } = useTranslation();
  const written = textLength(transcript.text, language);
  const detail = written > 0 ? t(unitOf(language), { count: written }) : null;
  if (connection === 'reconnecting') return { state: t('reading.reconnecting'), detail };
  if (transcript.story.status === 'queued') {
    const position = transcript.story.queue_position;
    if (position === null) return { state: t('reading.queuedSoon'), detail };
    if (position <= 1) return { state: t('reading.queuedNext'), detail };
    return { state: t('reading.queued', { count: position - 1 }), detail };
  }
  return { state: t(written > 0 ? 'reading.writing' : 'reading.thinking'), detail };
}

/** The words that count a story's length, by what is counted in its language. */
export function unitOf(language: string): 'reading.characters' | 'reading.words' {
  return language.startsWith('ja') ? 'reading.characters' : 'reading.words';
}
