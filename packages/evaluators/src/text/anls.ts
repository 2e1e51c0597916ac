import { checkBetween } from '@limbeck/core';
import type { AdditiveMetric } from '../additive-metric.js';
import { type TextReferences, words } from './references.js';
import { bestReference } from './squad.js';

/** Options of {@link anls}. */
export interface AnlsOptions {
  /** The distance from which on an answer scores 0, in `(0, 1]`. @defaultValue 0.5 */
  readonly threshold?: number;
}

/**
 * Average normalised Levenshtein similarity, in `[0, 1]`, without regard to case and spaces; the best reference counts.
 * Two empty texts score 1, where the formula has no value.
 *
 * ```text
 * NL = edits / length of the longer text      score = 1 − NL if NL < threshold, else 0
 * ```
 *
 * @throws LimbeckError `invalid-option` for a threshold outside `(0, 1]`; and as {@link exactMatch}
 * @see Biten et al., "Scene Text Visual Question Answering", 2019, §5.
 */
export function anls(options: AnlsOptions = {}): AdditiveMetric<readonly string[], TextReferences> {
  const { threshold = 0.5 } = options;
  checkBetween('anls', { threshold }, 1e-9, 1, 'Use 0.5, as the paper does.');
  return bestReference('anls', (answer, reference) => {
    const [a, b] = [characters(answer), characters(reference)];
    const longest = Math.max(a.length, b.length);
    const distance = longest === 0 ? 0 : levenshtein(a, b) / longest;
    return distance < threshold ? 1 - distance : 0;
  });
}

/** Code points of the text in lower case, with one space between words. */
function characters(text: string): string[] {
  return Array.from(words(text.toLowerCase()).join(' '));
}

/** How many insertions, deletions and replacements turn one list into the other. */
export function levenshtein(a: readonly string[], b: readonly string[]): number {
  let row = Uint32Array.from({ length: b.length + 1 }, (_, j) => j);
  let next = new Uint32Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    next[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, row[j]! + 1, next[j - 1]! + 1);
    }
    [row, next] = [next, row];
  }
  return row[b.length]!;
}
