import type { Rng } from '@limbeck/core';
import type { SourceFile } from './files.js';

/** A piece of a file: what a user would paste. */
export interface Window {
  readonly file: SourceFile;
  /** The first line, counted from 0. */
  readonly first: number;
  /** How many lines, 1 to 20. */
  readonly lines: number;
  /** The lines as they stand, without the line break at the end. */
  readonly text: string;
}

/** Why there is no window at a place. */
export type NoWindow = 'blank' | 'only comments or embedded code' | 'too few characters';

/** The lengths by which results are shown, in lines. */
export const lengths: readonly (readonly [least: number, most: number])[] = [
  [1, 2],
  [3, 5],
  [6, 10],
  [11, 20],
];

/** Fewer filled characters than this fit any language: `}` or `end`. */
const leastCharacters = 10;

/** A length in lines: each of the four ranges equally often. */
export function drawLength(rng: Rng): number {
  const [least, most] = lengths[rng.integer(lengths.length)]!;
  return least + rng.integer(most - least + 1);
}

/**
 * The window of up to `length` lines that begins at a line or the first filled one after it, without blank lines
 * at its ends; or why there is none.
 */
export function windowAt(file: SourceFile, line: number, length: number): Window | NoWindow {
  const { kinds, starts, text, to } = file;
  let first = line;
  while (first < to && kinds[first] === 0) first++;
  let end = Math.min(first + length, to);
  while (end > first && kinds[end - 1] === 0) end--;
  let code = false;
  for (let i = first; i < end && !code; i++) code = kinds[i] === 1;
  if (!code) return first === end ? 'blank' : 'only comments or embedded code';
  const piece = text.slice(starts[first], starts[end]! - 1);
  if (!isTelling(piece)) return 'too few characters';
  return { file, first, lines: end - first, text: piece };
}

/**
 * Windows of a file that do not overlap, in a seeded random order, at most `most`.
 *
 * @param dropped - where to count the windows that were none
 */
export function drawWindows(
  file: SourceFile,
  most: number,
  rng: Rng,
  dropped: { [Reason in NoWindow]?: number } = {},
): Window[] {
  const windows: Window[] = [];
  for (let line = file.from; line < file.to;) {
    const length = drawLength(rng);
    const window = windowAt(file, line, length);
    if (typeof window === 'string') {
      // The blank lines at a file's end are nothing lost.
      if (window !== 'blank') dropped[window] = (dropped[window] ?? 0) + 1;
      line += length;
    } else {
      windows.push(window);
      line = window.first + window.lines;
    }
  }
  return rng.shuffle(windows).slice(0, most);
}

function isTelling(text: string): boolean {
  let filled = 0;
  let letters = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 32) filled++;
    if ((code | 32) >= 97 && (code | 32) <= 122) letters++;
    if (filled >= leastCharacters && letters > 0) return true;
  }
  return false;
}
