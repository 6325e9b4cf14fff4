const KANA = /[\u3041-\u30ff]/;
const HAN = /[\u4e00-\u9fff]/;

/**
 * The language that a text is in, for its `lang` attribute. A model may not write what it was
 * asked for: the letters tell whether a text that should be Japanese is, and the other way round.
 */
export function languageOf(text: string, asked?: string | null): string {
  if (KANA.test(text)) return 'ja';
  if (HAN.test(text)) return asked ?? 'ja';
  return asked === 'ja' && text !== '' ? 'en' : (asked ?? 'en');
}
