/** What is needed to see how stories hang together. */
interface Linked {
  id: string;
  previous_id: string | null;
}

/**
 * Everything that was written for a prompt, as books: each version is a story with the parts
 * before it, and ends with a part that nothing continues.
 */
export function versionsOf<Story extends Linked>(stories: readonly Story[]): Story[][] {
  const byId = new Map(stories.map((story) => [story.id, story]));
  const continued = new Set(stories.map(({ previous_id }) => previous_id));
  return stories.filter(({ id }) => !continued.has(id)).map((last) => partsUpTo(last, byId));
}

/** The version that a story belongs to, the newest if there are several; else the newest of all. */
export function versionWith<Story extends Linked>(
  versions: readonly Story[][],
  storyId: string | null,
): Story[] | undefined {
  return versions.findLast((parts) => parts.some(({ id }) => id === storyId)) ?? versions.at(-1);
}

function partsUpTo<Story extends Linked>(last: Story, byId: ReadonlyMap<string, Story>): Story[] {
  const parts = [last];
  for (let id = last.previous_id; id !== null;) {
    const before = byId.get(id);
    if (before === undefined || parts.includes(before)) break;
    parts.unshift(before);
    id = before.previous_id;
  }
  return parts;
}
