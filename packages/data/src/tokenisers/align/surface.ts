import { byteOf } from './byte-characters.js';

/** How a tokeniser writes text in its tokens. */
export interface Writing {
  /** Whether tokens are written in the printable characters of byte-level BPE. */
  readonly byteLevel: boolean;
  /** Whether `<0x0A>` is a byte. */
  readonly byteFallback: boolean;
  /** What marks a token inside a word, as WordPiece's `##`. */
  readonly prefix?: string;
  /** What marks a token at a word's end. */
  readonly suffix?: string;
}

/** A space of a token, which the text may have or not: it is not compared. */
export const anySpace = -1;

const encoder = new TextEncoder();

/** A token's text as UTF-8 bytes, with {@link anySpace} for spaces. */
export function surfaceOf(token: string, writing: Writing): number[] {
  const { byteLevel, byteFallback, prefix, suffix } = writing;
  if (byteLevel) {
    return Array.from(token, (character) => {
      const byte = byteOf(character) ?? -2;
      return byte === 0x20 ? anySpace : byte;
    });
  }
  const byte = byteFallback ? /^<0x([0-9A-F]{2})>$/.exec(token)?.[1] : undefined;
  if (byte !== undefined) return [Number.parseInt(byte, 16)];
  let written = token;
  if (prefix && written.length > prefix.length && written.startsWith(prefix)) {
    written = written.slice(prefix.length);
  }
  if (suffix && written.endsWith(suffix)) written = written.slice(0, -suffix.length);
  return Array.from(written).flatMap((character) =>
    character === '\u2581' || character === ' ' ? [anySpace] : [...encoder.encode(character)],
  );
}
