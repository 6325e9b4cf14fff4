import { readStored, writeStored } from '../../browser/storage';
import type { NewPrompt, Prompt } from '../../api/types';
import { codePointLength } from '../../text/codePoints';
import { GENRES, LENGTHS, TONES, type Genre, type Length, type Tone } from './choices';
import { DRAFT_KEY } from './kept';

/** A prompt as it stands in the form; '' is a wish that was left open. */
export interface Draft {
  content: string;
  language: string;
  protagonist: string;
  age: string;
  genre: Genre | '';
  tone: Tone | '';
  length: Length | '';
}

export const EMPTY_DRAFT: Draft = {
  content: '',
  language: '',
  protagonist: '',
  age: '',
  genre: '',
  tone: '',
  length: '',
};

/** The draft of last time; whatever of it cannot be read is left open. */
export function storedDraft(): Draft {
  const fields = parsed(readStored(DRAFT_KEY));
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const oneOf = <Choice extends string>(choices: readonly Choice[], value: unknown) =>
    choices.find((choice) => choice === value) ?? '';
  return {
    content: text(fields.content),
    language: text(fields.language),
    protagonist: text(fields.protagonist),
    age: text(fields.age),
    genre: oneOf(GENRES, fields.genre),
    tone: oneOf(TONES, fields.tone),
    length: oneOf(LENGTHS, fields.length),
  };
}

export function storeDraft(draft: Draft): void {
  writeStored(DRAFT_KEY, JSON.stringify(draft));
}

/** What is sent for a draft that has no mistakes; open wishes are left out. */
export function promptOf(draft: Draft): NewPrompt {
  const options = {
    language: draft.language,
    protagonist: draft.protagonist.trim(),
    age: draft.age.trim() === '' ? '' : Number(draft.age),
    genre: draft.genre,
    tone: draft.tone,
    length: draft.length,
  };
  return {
    content: draft.content.trim(),
    options: Object.fromEntries(Object.entries(options).filter(([, value]) => value !== '')),
  };
}

/** The draft from which a prompt was sent, to be changed and sent anew. */
export function draftOf({ content, options }: Prompt): Draft {
  return {
    content,
    language: options.language ?? '',
    protagonist: options.protagonist ?? '',
    age: options.age === null || options.age === undefined ? '' : String(options.age),
    genre: options.genre ?? '',
    tone: options.tone ?? '',
    length: options.length ?? '',
  };
}

export type Mistake = 'empty' | 'tooLong' | 'badAge';

/** What has to be mended before a draft can be sent, by field. */
export function mistakesIn(draft: Draft, contentLimit: number): Partial<Record<string, Mistake>> {
  const content = draft.content.trim();
  const age = draft.age.trim();
  return {
    ...(content === '' && { content: 'empty' as const }),
    ...(codePointLength(content) > contentLimit && { content: 'tooLong' as const }),
    ...(!/^\d{0,3}$/.test(age) || Number(age) > 120 ? { age: 'badAge' as const } : {}),
  };
}

function parsed(stored: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(stored ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
