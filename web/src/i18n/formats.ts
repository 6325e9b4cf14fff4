import { useTranslation } from 'react-i18next';

/** Dates, numbers and names of languages as the reader's language writes them. */
export function useFormats() {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return {
    date: (iso: string) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
        new Date(iso),
      ),
    day: (iso: string) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(iso)),
    time: (iso: string) =>
      new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(iso)),
    number: (value: number) => new Intl.NumberFormat(language).format(value),
    /** A part of a cent is told as such: that is what a story costs. */
    money: (value: number, currency: string) =>
      new Intl.NumberFormat(language, {
        style: 'currency',
        currency,
        ...(value < 1 && { maximumSignificantDigits: 2 }),
      }).format(value),
    duration: (seconds: number) => {
      const [value, unit] = seconds < 90 ? [seconds, 'second'] : [seconds / 60, 'minute'];
      return new Intl.NumberFormat(language, {
        style: 'unit',
        unit,
        unitDisplay: 'long',
        maximumFractionDigits: value < 10 ? 1 : 0,
      }).format(value);
    },
    languageName: (tag: string) =>
      new Intl.DisplayNames(language, { type: 'language' }).of(tag) ?? tag,
  };
}
