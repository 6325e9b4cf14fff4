import type { Settings } from '../../api/types';

/**
 * The languages that can be chosen and the one that is: the chosen one while the server offers
 * it, else the language of the page, else the first that the server has.
 */
export function storyLanguages(settings: Settings | undefined, page: string, wished: string) {
  const offered = settings?.languages ?? [page];
  const chosen =
    [wished, page].find((language) => offered.includes(language)) ?? offered[0] ?? page;
  return { offered, chosen };
}
