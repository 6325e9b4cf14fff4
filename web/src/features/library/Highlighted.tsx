import { highlight } from '../../text/highlight';

/** A text with the words of a search marked in it. */
export function Highlighted({ text, words }: { text: string; words: string }) {
  return highlight(text, words).map((piece, position) =>
    piece.hit ? <mark key={position}>{piece.text}</mark> : piece.text,
  );
}
