/** How much there is to read: characters in Japanese, words elsewhere. */
export function textLength(text: string, language: string): number {
  if (language.startsWith('ja')) return text.replace(/\s/g, '').length;
  return text.trim() === '' ? 0 : text.trim().split(/\s+/).length;
}
