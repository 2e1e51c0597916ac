import { checkBetween } from '@limbeck/core';
import { distance } from 'fastest-levenshtein';
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
    const gap = longest === 0 ? 0 : levenshtein(a, b) / longest;
    return gap < threshold ? 1 - gap : 0;
  });
}

/** Code points of the text in lower case, with one space between words. */
function characters(text: string): string[] {
  return Array.from(words(text.toLowerCase()).join(' '));
}

/** How many insertions, deletions and replacements of code points turn one list into the other. */
function levenshtein(a: readonly string[], b: readonly string[]): number {
  // The library counts UTF-16 units, so every code point gets a unit of its own.
  const units = new Map<string, string>();
  const short = (list: readonly string[]): string =>
    list
      .map((each) => {
        const unit = units.get(each) ?? String.fromCharCode(units.size);
        units.set(each, unit);
        return unit;
      })
      .join('');
  return distance(short(a), short(b));
}
