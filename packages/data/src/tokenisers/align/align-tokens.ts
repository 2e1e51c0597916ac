import type { Offset } from '../../span-collator.js';
import { anySpace, surfaceOf, type Writing } from './surface.js';
import { graphemes, type Unit, unitsOf } from './units.js';

/** What {@link alignTokens} needs to know of a tokeniser. */
export interface Alignment extends Writing {
  /** A piece of text as the vocabulary is written. */
  readonly normalise: (piece: string) => string;
  /** The words of a text that one unknown token stands for; absent where it stands for characters. */
  readonly words?: (text: string) => readonly string[];
  /** Whether a character is a token. */
  readonly isKnown: (character: string) => boolean;
  /** The unknown token. */
  readonly unknown?: string;
  /** Whether one unknown token stands for a run of characters. */
  readonly fuse: boolean;
  /** Tokens that are found in the text as they are. */
  readonly added: ReadonlySet<string>;
}

/**
 * Where each token lies in the text, without spaces: tokens are led along the characters of the normalised text, each
 * of which knows where it comes from. `undefined` if a token does not fit: nothing is guessed.
 */
export function alignTokens(
  text: string,
  tokens: readonly string[],
  how: Alignment,
): Offset[] | undefined {
  // Character by character is finer, and right unless normalising composed some.
  return (
    follow(text, tokens, unitsOf(text, how.normalise), how) ??
    follow(text, tokens, unitsOf(graphemes(text), how.normalise), how)
  );
}

function follow(
  text: string,
  tokens: readonly string[],
  units: readonly Unit[],
  how: Alignment,
): Offset[] | undefined {
  const starts = how.words === undefined ? undefined : wordStarts(how.words(text), units);
  let at = 0;
  let byte = 0;
  const decoder = new TextDecoder();
  const skipSpaces = (): void => {
    while (byte === 0 && units[at]?.space) at++;
  };
  /** Goes on to the unit where `isEnd` holds, over one at least. */
  const leap = (isEnd: (unit: Unit, at: number) => boolean): Offset | undefined => {
    skipSpaces();
    const first = units[at];
    if (first === undefined || byte !== 0) return undefined;
    do at++;
    while (at < units.length && !isEnd(units[at]!, at));
    return [first.start, units[at - 1]!.end];
  };
  const unknown = (): Offset | undefined => {
    if (how.words !== undefined) {
      return starts && leap((unit, place) => unit.space || starts.has(place));
    }
    return leap((unit) => !how.fuse || unit.space || how.isKnown(decoder.decode(unit.bytes)));
  };
  const literal = (token: string): Offset | undefined => {
    skipSpaces();
    const { start } = units[at] ?? { start: -1 };
    if (start < 0 || !text.startsWith(token, start)) return undefined;
    return leap((unit) => unit.start >= start + token.length);
  };

  const spelt = (token: string): Offset | undefined => {
    let [start, end] = [-1, -1];
    const space: number[] = [];
    for (const element of surfaceOf(token, how)) {
      if (element === anySpace) {
        if (byte === 0 && units[at]?.space) space.push(at++);
        continue;
      }
      let unit = units[at];
      // Some write white space as it is: then it fits.
      while (byte === 0 && unit?.space && (unit.mark || unit.bytes[0] !== element))
        unit = units[++at];
      if (unit === undefined || !same(unit, byte, element)) return undefined;
      if (start < 0) start = unit.start;
      end = unit.end;
      if (++byte === unit.bytes.length) [at, byte] = [at + 1, 0];
    }
    if (start >= 0) return [start, end];
    const [from, to] = [units[space[0] ?? -1], units[space.at(-1) ?? -1]];
    return from !== undefined && to !== undefined ? [from.start, to.end] : [0, 0];
  };

  const offsets: Offset[] = [];
  for (const token of tokens) {
    const offset =
      token === how.unknown
        ? unknown()
        : ((how.added.has(token) ? literal(token) : undefined) ?? spelt(token));
    if (offset === undefined) return undefined;
    offsets.push(offset);
  }
  skipSpaces();
  return at === units.length ? offsets : undefined;
}

/** The last bytes of σ and ς: JavaScript writes the second at a word's end, which it sees only in the whole text. */
const [sigma, finalSigma] = [0x83, 0x82];

function same(unit: Unit, byte: number, element: number): boolean {
  const own = unit.bytes[byte];
  if (own === element) return true;
  const isSigma = byte === 1 && unit.bytes.length === 2 && unit.bytes[0] === 0xcf;
  return isSigma && own === sigma && element === finalSigma;
}

/** The places where words begin, if they fit the units. */
function wordStarts(words: readonly string[], units: readonly Unit[]): Set<number> | undefined {
  const starts = new Set<number>();
  let at = 0;
  for (const word of words) {
    while (units[at]?.space) at++;
    starts.add(at);
    at += Array.from(word).length;
  }
  while (units[at]?.space) at++;
  return at === units.length ? starts : undefined;
}
