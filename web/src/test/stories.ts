import type { Prompt, PromptSummary, Settings, Story, StorySummary } from '../api/types';

/** Examples of what the API answers; each test says only what matters to it. */
export function aStory(about: Partial<Story> = {}): Story {
  const text = about.text ?? '';
  return {
    id: '01990000-0000-7000-8000-0000000000a1',
    prompt_id: '01990000-0000-7000-8000-000000000001',
    status: 'finished',
    text,
    text_length: Array.from(text).length,
    model: 'gpt-5-mini',
    model_builtin: false,
    attempt: 1,
    deliveries: 1,
    restarts: 0,
    resumption: null,
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    queue_position: null,
    usage: null,
    timings: {
      queued_at: '2026-11-22T10:00:00Z',
      started_at: '2026-11-22T10:00:01Z',
      first_token_at: '2026-11-22T10:00:02Z',
      finished_at: '2026-11-22T10:00:13Z',
    },
    failure: null,
    part: 1,
    previous_id: null,
    created_at: '2026-11-22T10:00:00Z',
    ...about,
  };
}

/** A story as lists and events have it. */
export function aSummary(about: Partial<Story> = {}): StorySummary {
  const { text, ...summary } = aStory(about);
  return { ...summary, text_length: about.text_length ?? Array.from(text).length };
}

export function aPrompt(about: Partial<Prompt> = {}): Prompt {
  return {
    id: '01990000-0000-7000-8000-000000000001',
    content: 'A fox who is afraid of the dark',
    options: { language: 'en' },
    favourite: false,
    created_at: '2026-11-22T10:00:00Z',
    stories: [aStory()],
    ...about,
  };
}

/** A prompt as the library has it. */
export function aListed(about: Partial<PromptSummary> = {}): PromptSummary {
  return { ...aPrompt(), stories: [aSummary()], excerpt: null, ...about };
}

export function someSettings(about: Partial<Settings> = {}): Settings {
  return {
    model: 'gpt-5-mini',
    model_builtin: false,
    languages: ['en', 'ja'],
    genres: [],
    tones: [],
    lengths: ['short', 'medium', 'long'],
    defaults: { length: 'medium', temperature: 0.8 },
    limits: {
      content_max_length: 4000,
      name_max_length: 80,
      active_stories_per_owner: 20,
      trash_keep_days: 30,
    },
    prices: {},
    currency: 'USD',
    ...about,
  };
}
