import { lastWithin, widthOf } from './width';

/** The pieces of a text, those that were searched for marked; capital letters do not matter. */
export function highlight(text: string, words: string): { text: string; hit: boolean }[] {
  if (words === '') return [{ text, hit: false }];
  const pattern = patternOf(words);
  return text
    .split(pattern)
    .map((piece, position) => ({ text: piece, hit: position % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

/** More room than this before the first hit, and it would be cut off with the third line on a phone. */
const ROOM_BEFORE = 40;

/** An excerpt that begins near its first hit, so that the hit is seen where two lines are shown. */
export function nearFirstHit(text: string, words: string): string {
  if (words === '') return text;
  const before = text.slice(0, Math.max(0, text.search(patternOf(words))));
  if (widthOf(before) <= ROOM_BEFORE) return text;
  const kept = lastWithin(before, ROOM_BEFORE);
  const space = kept.indexOf(' ');
  return `…${space < 0 ? kept : kept.slice(space + 1)}${text.slice(before.length)}`;
}

function patternOf(words: string): RegExp {
  return new RegExp(`(${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')})`, 'giu');
}
