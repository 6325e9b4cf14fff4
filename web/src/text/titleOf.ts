import { codePointLength, firstOf } from './codePoints';

/** Longest title, in code points. */
const LONGEST = 80;

/** A title for a prompt: its first line, cut short between words if it is long. */
export function titleOf(content: string): string {
  const line = content.trim().split('\n', 1)[0] ?? '';
  if (codePointLength(line) <= LONGEST) return line;
  const cut = firstOf(line, LONGEST);
  const space = cut.lastIndexOf(' ');
  return `${space > LONGEST / 2 ? cut.slice(0, space) : cut}…`;
}
