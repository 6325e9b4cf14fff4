/** The pieces of a text, those that were searched for marked; capital letters do not matter. */
export function highlight(text: string, words: string): { text: string; hit: boolean }[] {
  if (words === '') return [{ text, hit: false }];
  const pattern = new RegExp(`(${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')})`, 'giu');
  return text
    .split(pattern)
    .map((piece, position) => ({ text: piece, hit: position % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
