import type { StoryOptions } from '../../api/types';

/** What can be wished for, in the order in which it is offered. */
export const GENRES = [
  'bedtime',
  'fairy_tale',
  'animals',
  'friendship',
  'adventure',
  'fantasy',
  'mystery',
  'science_fiction',
  'comedy',
  'everyday',
] as const satisfies readonly NonNullable<StoryOptions['genre']>[];

export const TONES = [
  'gentle',
  'heartwarming',
  'calm',
  'funny',
  'exciting',
  'mysterious',
] as const satisfies readonly NonNullable<StoryOptions['tone']>[];

export const LENGTHS = ['short', 'medium', 'long'] as const satisfies readonly NonNullable<
  StoryOptions['length']
>[];

export type Genre = (typeof GENRES)[number];
export type Tone = (typeof TONES)[number];
export type Length = (typeof LENGTHS)[number];
