import { describe, expect, it } from 'vitest';

import { versionsOf, versionWith } from './versions';

const story = (id: string, previous_id: string | null = null) => ({ id, previous_id });
const ids = (versions: { id: string }[][]) => versions.map((parts) => parts.map(({ id }) => id));

describe('the versions of a prompt', () => {
  it('are its stories, while none goes on', () => {
    expect(ids(versionsOf([story('a'), story('b')]))).toEqual([['a'], ['b']]);
  });

  it('hold a story and its parts in their order', () => {
    expect(ids(versionsOf([story('a'), story('b', 'a'), story('c', 'b')]))).toEqual([
      ['a', 'b', 'c'],
    ]);
  });

  it('are two when a story was continued in two ways', () => {
    expect(ids(versionsOf([story('a'), story('b', 'a'), story('c', 'a')]))).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
  });

  it('are found by any of their parts, and the newest stands for one that is not there', () => {
    const versions = versionsOf([story('a'), story('x'), story('b', 'a')]);
    expect(versionWith(versions, 'a')?.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(versionWith(versions, 'x')?.map(({ id }) => id)).toEqual(['x']);
    expect(versionWith(versions, null)?.at(-1)?.id).toBe('b');
    expect(versionWith([], null)).toBeUndefined();
  });
});
