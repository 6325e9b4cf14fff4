import { describe, expect, it } from 'vitest';

import { en } from './locales/en';
import { ja } from './locales/ja';

interface Tree {
  [key: string]: string | Tree | undefined;
}

/** Every key with its words, as `area.key`. */
function flat(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [[prefix + key, value] as const]
        : [...flat(value ?? {}, `${prefix}${key}.`)],
    ),
  );
}

const PLURAL = /_(zero|one|two|few|many|other)$/;
const stems = (words: Map<string, string>) => new Set([...words.keys()].map(withoutPlural));
const withoutPlural = (key: string) => key.replace(PLURAL, '');
const placeholders = (text: string) => (text.match(/{{\w+}}|<\w+>/g) ?? []).toSorted();

const english = flat(en);

describe.each([
  ['en', english],
  ['ja', flat(ja)],
])('the words in %s', (language, words) => {
  it('are all there, and no more', () => {
    expect(stems(words)).toEqual(stems(english));
  });

  it('are not empty', () => {
    expect([...words].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('have the plural forms of the language', () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const plurals = [...words.keys()].filter((key) => PLURAL.test(key)).map(withoutPlural);
    for (const stem of plurals) {
      expect(pluralCategories.filter((category) => !words.has(`${stem}_${category}`))).toEqual([]);
    }
  });

  it('name the same things as the English ones', () => {
    for (const [key, text] of words) {
      const original = english.get(key) ?? english.get(`${withoutPlural(key)}_other`) ?? '';
      expect([key, placeholders(text)]).toEqual([key, placeholders(original)]);
    }
  });
});

describe('failure reasons', () => {
  it('cover every code of the API', async () => {
    const document = (await import('../../openapi.json')) as {
      components: { schemas: { FailureCode: { enum: string[] } } };
    };
    const { enum: codes } = document.components.schemas.FailureCode;
    expect(codes.filter((code) => !english.has(`failure.${code}`))).toEqual([]);
  });
});
