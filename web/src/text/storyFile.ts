/** A story to be taken away: its title, what is said about it, and its parts. */
export interface Book {
  title: string;
  /** For whom, when, by which model. */
  facts: string;
  /** What a part after the first is called, such as "Part 2". */
  partTitle: (part: number) => string;
  parts: readonly string[];
}

/** Plain text: the parts parted by their titles. */
export function asPlainText({ title, facts, partTitle, parts }: Book): string {
  return [title, facts, bodyOf(parts, partTitle)].filter(Boolean).join('\n\n').concat('\n');
}

/** The story alone, as it is copied. */
export function bodyOf(parts: readonly string[], partTitle: (part: number) => string): string {
  return parts
    .map((text, position) => (position === 0 ? text : `${partTitle(position + 1)}\n\n${text}`))
    .join('\n\n');
}

export function asMarkdown({ title, facts, partTitle, parts }: Book): string {
  const blocks = parts.flatMap((text, position) => [
    ...(position === 0 ? [] : [`## ${escaped(partTitle(position + 1))}`]),
    ...text
      .split(/\n+/)
      .filter((line) => line.trim() !== '')
      .map(escaped),
  ]);
  return [`# ${escaped(title)}`, facts && `*${escaped(facts)}*`, ...blocks]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

/** A name for a file that every system takes. */
export function fileName(title: string, extension: string): string {
  const name = title
    .replace(/[\p{Cc}\\/:*?"<>|.…]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return `${name === '' ? 'story' : name}.${extension}`;
}

/** A story is words: nothing in it may become a heading, a list or a link. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*_[\]<>#|~]/g, '\\$&')
    .replace(
      /^(\s*)([-+]|\d+[.)])(\s)/,
      (_, space: string, mark: string, after: string) =>
        `${space}${mark.slice(0, -1)}\\${mark.slice(-1)}${after}`,
    );
}
