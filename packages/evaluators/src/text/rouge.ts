import type { AdditiveMetric } from '../additive-metric.js';
import type { TextReferences } from './references.js';
import { bestReference } from './squad.js';

/** Options of {@link rougeL}. */
export interface RougeOptions {
  /** Makes tokens of a text. @defaultValue runs of a to z and 0 to 9 of the text in lower case, as `rouge_score` */
  readonly tokenise?: (text: string) => readonly string[];
}

/** How a text follows a reference. */
export interface RougeScore {
  /** The share of the text's tokens in the common subsequence. */
  readonly precision: number;
  /** The share of the reference's tokens in it. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
}

const letters = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/gu) ?? [];

/**
 * ROUGE-L of one text: precision, recall and F1 of the longest common subsequence of tokens; 0 where either has no token.
 *
 * @see Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004, §3.1, with β = 1 as Google's `rouge_score`.
 */
export function rougeScore(
  text: string,
  reference: string,
  options: RougeOptions = {},
): RougeScore {
  const { tokenise = letters } = options;
  const [ours, theirs] = [tokenise(text), tokenise(reference)];
  const common = longestCommon(ours, theirs);
  if (common === 0) return { precision: 0, recall: 0, f1: 0 };
  return {
    precision: common / ours.length,
    recall: common / theirs.length,
    f1: (2 * common) / (ours.length + theirs.length),
  };
}

/**
 * ROUGE-L F1, in `[0, 1]`, mean over items; the best reference counts. See {@link rougeScore}.
 *
 * @throws LimbeckError as {@link exactMatch}
 */
export function rougeL(
  options: RougeOptions = {},
): AdditiveMetric<readonly string[], TextReferences> {
  return bestReference('rougeL', (text, reference) => rougeScore(text, reference, options).f1);
}

/** The length of the longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Uint32Array(b.length + 1);
  let next = new Uint32Array(b.length + 1);
  for (const token of a) {
    for (let j = 1; j <= b.length; j++) {
      next[j] = token === b[j - 1] ? row[j - 1]! + 1 : Math.max(row[j]!, next[j - 1]!);
    }
    [row, next] = [next, row];
  }
  return row[b.length]!;
}
