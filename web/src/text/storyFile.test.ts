import { describe, expect, it } from 'vitest';

import { asMarkdown, asPlainText, bodyOf, fileName, type Book } from './storyFile';

const book: Book = {
  title: 'A fox',
  facts: 'For Yuki, 6',
  partTitle: (part) => `Part ${part}`,
  parts: ['Once.\n\nTwice.', 'And *then* she said:\n1. Go!'],
};

describe('a story as a file', () => {
  it('is plain text with the parts one after the other', () => {
    expect(asPlainText(book)).toBe(
      'A fox\n\nFor Yuki, 6\n\nOnce.\n\nTwice.\n\nPart 2\n\nAnd *then* she said:\n1. Go!\n',
    );
  });

  it('is Markdown in which words stay words', () => {
    expect(asMarkdown(book)).toBe(
      '# A fox\n\n*For Yuki, 6*\n\nOnce.\n\nTwice.\n\n## Part 2\n\nAnd \\*then\\* she said:\n\n1\\. Go!\n',
    );
  });

  it('is copied without title and facts', () => {
    expect(bodyOf(['Once.'], book.partTitle)).toBe('Once.');
  });

  it.each([
    ['A fox: who/what?', 'A fox who what.txt'],
    ['きつねと…', 'きつねと.txt'],
    ['../..', 'story.txt'],
  ])('of %j is called %j', (title, name) => {
    expect(fileName(title, 'txt')).toBe(name);
  });
});
