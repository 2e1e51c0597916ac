import { checkWhole } from '@limbeck/core';

/** Options of {@link shingles}. */
export interface ShingleOptions {
  /** How many consecutive tokens make one shingle. @defaultValue 3 */
  readonly size?: number;
}

const digit = 1;
const letter = 2;
const space = 3;

/** What a UTF-16 unit is: part of a word, blank, or a sign that stands for itself (0). */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[0-9]/.test(char)) return digit;
  if (/[A-Za-z_]/.test(char)) return letter;
  return /\s/.test(char) ? space : 0;
});

function mix(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Hashes of a text's tokens, in order: words, runs of digits, and single signs. Blanks only separate. */
function tokenHashes(text: string): number[] {
  const tokens: number[] = [];
  let hash = 0;
  let open = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? kinds[code]! : letter;
    if (kind === letter || kind === digit) {
      hash = Math.imul(open ? hash ^ code : 0x811c9dc5 ^ code, 0x01000193);
      open = true;
      continue;
    }
    if (open) tokens.push(hash);
    open = false;
    if (kind !== space) tokens.push(Math.imul(0x811c9dc5 ^ code, 0x01000193));
  }
  if (open) tokens.push(hash);
  return tokens;
}

/**
 * A text as a set: 32-bit hashes of every run of `size` consecutive tokens, sorted, each once.
 *
 * Tokens are words (letters, digits, `_`, anything beyond ASCII) and single signs; how they are spaced makes no
 * difference. A text with fewer tokens is one shingle; one without any is the empty set.
 *
 * @throws LimbeckError `invalid-option` if `size` is not a whole number of at least 1
 * @see Broder, "On the resemblance and containment of documents", 1997.
 */
export function shingles(text: string, options: ShingleOptions = {}): Uint32Array {
  const { size = 3 } = options;
  checkWhole('shingles', { size }, 1, 'Use 3 for code and prose.');
  const tokens = tokenHashes(text);
  if (tokens.length === 0) return new Uint32Array(0);
  const width = Math.min(size, tokens.length);
  const hashes = new Uint32Array(tokens.length - width + 1);
  for (let i = 0; i < hashes.length; i++) {
    let hash = width;
    for (let j = 0; j < width; j++) hash = mix(Math.imul(hash, 31) + tokens[i + j]!);
    hashes[i] = hash;
  }
  hashes.sort();
  let kept = 1;
  for (let i = 1; i < hashes.length; i++) {
    if (hashes[i] !== hashes[i - 1]) hashes[kept++] = hashes[i]!;
  }
  return hashes.slice(0, kept);
}

/** The Jaccard similarity of two sets of {@link shingles}: shared over all, 0 for two empty sets. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const left = a[i]!;
    const right = b[j]!;
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  const all = a.length + b.length - shared;
  return all === 0 ? 0 : shared / all;
}
