/**
 * Unicode code points, the unit in which the server measures texts. A string's own `length` and
 * `slice` count UTF-16 units, of which characters such as 🦊 have two.
 */
export function codePointLength(text: string): number {
  let units = 0;
  let points = 0;
  while (units < text.length) {
    units += unitsAt(text, units);
    points += 1;
  }
  return points;
}

/** The text without its first `count` code points. */
export function withoutFirst(text: string, count: number): string {
  return text.slice(unitsOf(text, count));
}

/** The first `count` code points of a text. */
export function firstOf(text: string, count: number): string {
  return text.slice(0, unitsOf(text, count));
}

/** How many UTF-16 units the first `count` code points take. */
function unitsOf(text: string, count: number): number {
  let units = 0;
  for (let points = 0; points < count && units < text.length; points += 1) {
    units += unitsAt(text, units);
  }
  return units;
}

function unitsAt(text: string, position: number): number {
  return (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
}
