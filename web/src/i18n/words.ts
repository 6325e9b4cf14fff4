import type { en } from './locales/en';

/**
 * The shape of a language's words: every key of English. Plural forms other than `_other` may be
 * left out, because each language has its own; a test checks that it has those that it needs.
 */
export type Words = Translated<typeof en>;

type Translated<Source> = {
  [Key in keyof Source as Key extends `${string}_one` ? never : Key]: Source[Key] extends string
    ? string
    : Translated<Source[Key]>;
} & { [Key in keyof Source as Key extends `${string}_one` ? Key : never]?: string };
