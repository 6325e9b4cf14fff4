import { firstWithin } from './width';

/** Longest title: two lines or three, in any script. */
const ROOM = 80;

/** A title for a prompt: its first line, cut short between words if it is long. */
export function titleOf(content: string): string {
  const line = content.trim().split('\n', 1)[0] ?? '';
  const cut = firstWithin(line, ROOM);
  if (cut === line) return line;
  const space = cut.lastIndexOf(' ');
  return `${space > cut.length / 2 ? cut.slice(0, space) : cut}…`;
}
