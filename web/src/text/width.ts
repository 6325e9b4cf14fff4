/** Letters as wide as two of Latin's: kana, kanji, hangul and full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|[\u{1f300}-\u{3fffd}]/u;

/** How much room a text takes on a line, in Latin letters. */
export function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += WIDE.test(letter) ? 2 : 1;
  return width;
}

/** As much of the beginning of a text as there is room for. */
export function firstWithin(text: string, room: number): string {
  let width = 0;
  let end = 0;
  for (const letter of text) {
    width += widthOf(letter);
    if (width > room) break;
    end += letter.length;
  }
  return text.slice(0, end);
}

/** As much of the end of a text as there is room for. */
export function lastWithin(text: string, room: number): string {
  const letters = Array.from(text);
  let width = 0;
  let first = letters.length;
  while (first > 0 && width + widthOf(letters[first - 1] ?? '') <= room) {
    first -= 1;
    width += widthOf(letters[first] ?? '');
  }
  return letters.slice(first).join('');
}
