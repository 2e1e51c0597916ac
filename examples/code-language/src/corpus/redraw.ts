import { Rng } from '@limbeck/core';
import { shingles, type SimilarityIndex } from '@limbeck/data';
import type { SourceFile } from './files.js';
import type { Snippet } from './snippet.js';
import { drawLength, windowAt } from './windows.js';

/** How many windows to draw from one group's files of one language. */
export interface Quota {
  readonly label: number;
  readonly files: readonly SourceFile[];
  readonly windows: number;
}

/**
 * Windows drawn anew from the training files, as many from each group and language as in the fixed training set.
 *
 * What nears a held-out window is drawn again, so the fresh windows leak as little as the fixed ones.
 *
 * @param heldOut - the held-out windows' shingles
 * @param seed - another seed, other windows
 */
export function drawFresh(
  quotas: readonly Quota[],
  heldOut: SimilarityIndex,
  seed: number,
  epoch: number,
): Snippet[] {
  const rng = Rng.from(seed).stream(`epoch ${epoch}`);
  const snippets: Snippet[] = [];
  for (const { label, files, windows } of quotas) {
    const ends: number[] = [];
    let total = 0;
    for (const file of files) ends.push((total += file.to - file.from));
    let drawn = 0;
    // A group whose every window is held out or nearly so may give fewer.
    for (let tries = 0; drawn < windows && tries < windows * 4; tries++) {
      const at = rng.integer(total);
      const which = firstAbove(ends, at);
      const file = files[which]!;
      const line = file.from + at - (which === 0 ? 0 : ends[which - 1]!);
      const window = windowAt(file, line, drawLength(rng));
      if (typeof window === 'string' || heldOut.some(shingles(window.text))) continue;
      snippets.push(snippetOf(window.text, label, file, window.lines));
      drawn++;
    }
  }
  return rng.shuffle(snippets);
}

/** A window with its label. */
export function snippetOf(text: string, label: number, file: SourceFile, lines: number): Snippet {
  return { text, label, language: file.language, group: file.group, lines, file: file.name };
}

function firstAbove(ends: readonly number[], value: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
