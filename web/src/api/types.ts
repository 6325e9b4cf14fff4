import type { components } from './schema';

type Schemas = components['schemas'];

/** A prompt and every story written for it, oldest first. */
export type Prompt = Schemas['Prompt'];
/** A prompt as lists have it: its stories carry no text. */
export type PromptSummary = Schemas['PromptSummary'];
export type Story = Schemas['Story'];
/** A story without its text. */
export type StorySummary = Schemas['StorySummary'];
export type StoryStatus = Schemas['StoryStatus'];
export type StoryOptions = Schemas['StoryOptions'];
export type Failure = Schemas['Failure'];
export type TrashedPrompt = Schemas['TrashedPrompt'];
export type PromptPage = Schemas['PromptPage'];
export type NewPrompt = Schemas['NewPrompt'];
export type LibraryLink = Schemas['LibraryLink'];
export type Settings = Schemas['Preferences'];
export type Problem = Schemas['Problem'];

/** Whether nothing more will happen to a story unless somebody asks for it. */
export function isFinal(status: StoryStatus): boolean {
  return status === 'finished' || status === 'cancelled' || status === 'failed';
}
