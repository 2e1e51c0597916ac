/** A character of the normalised text, and where in the text it comes from, in UTF-16 units. */
export interface Unit {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** White space, or what stands for it. */
  readonly space: boolean;
  /** Whether it is the mark that stands for a space: normalising may have put it there. */
  readonly mark: boolean;
}

const encoder = new TextEncoder();
const mark = '\u2581';

/**
 * The characters of a text's pieces after each was normalised by itself. Normalising the whole text may compose
 * characters or look at neighbours: then the pieces have to be larger, or tokens will not fit.
 */
export function unitsOf(pieces: Iterable<string>, normalise: (piece: string) => string): Unit[] {
  const units: Unit[] = [];
  let start = 0;
  for (const piece of pieces) {
    const end = start + piece.length;
    for (const character of normalise(piece)) {
      const isMark = character === mark;
      const space = isMark || /\s/.test(character);
      units.push({ bytes: encoder.encode(character), start, end, space, mark: isMark });
    }
    start = end;
  }
  return units;
}

/** A text's grapheme clusters: what composes lies in one of them. */
export function* graphemes(text: string): Generator<string> {
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) yield segment;
}
