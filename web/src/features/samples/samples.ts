import type { Language } from '../../i18n/language';

/** A story that ships with the app; its text is loaded when it is opened. */
export interface Sample {
  id: string;
  language: Language;
  title: string;
  summary: string;
  load: () => Promise<string>;
}

export const SAMPLES: readonly Sample[] = [
  {
    id: 'yellow-umbrella',
    language: 'ja',
    title: '黄色い傘',
    summary: '駅の忘れもの係のすみで、だれかを待っていた小さな傘。',
    load: async () => (await import('./texts/yellowUmbrella')).text,
  },
  {
    id: 'snail-post',
    language: 'en',
    title: 'The Snail Post',
    summary: 'Why old Mrs. Vole sends her letters the slowest way there is.',
    load: async () => (await import('./texts/snailPost')).text,
  },
];

/** The samples with those in the reader's own language first. */
export function samplesFor(language: string): readonly Sample[] {
  return SAMPLES.toSorted(
    (one, other) => Number(other.language === language) - Number(one.language === language),
  );
}
