import { checkWhole, LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, meanMetric } from '../additive-metric.js';
import { checkPaired } from '../predictions.js';

/** A link to predict: which candidate is right, and which others are true as well. */
export interface LinkTarget {
  /** The index of the right candidate. */
  readonly target: number;
  /** Indices of other candidates that are known to be true; they are left out ("filtered"). @defaultValue none */
  readonly known?: readonly number[];
}

/** The rank of the right candidate, from 1 on. */
export interface LinkRank {
  /** Where equal scores would be behind it. */
  readonly optimistic: number;
  /** Where they would be before it. */
  readonly pessimistic: number;
  /** The mean of both. */
  readonly realistic: number;
}

/**
 * The rank of the right candidate among all that are not known to be true.
 *
 * ```text
 * optimistic = 1 + #{s > s*}     pessimistic = #{s ≥ s*}, itself included     realistic = their mean
 * ```
 *
 * @throws LimbeckError `label-out-of-range` for a target that is no candidate, `non-finite-data` for a score that is no number
 * @see Berrendorf et al., "On the Ambiguity of Rank-Based Evaluation of Entity Alignment or Link Prediction Methods", 2020, §3.
 */
export function linkRank(scores: ArrayLike<number>, link: LinkTarget): LinkRank {
  const { target, known = [] } = link;
  if (!Number.isInteger(target) || target < 0 || target >= scores.length) {
    throw new LimbeckError('label-out-of-range', {
      where: 'linkRank',
      given: `target ${target} of ${scores.length} candidates`,
      expected: 'the index of a candidate',
      next: 'Pass the index of the right candidate among the scores.',
    });
  }
  const left = new Set(known);
  left.delete(target);
  const own = scores[target]!;
  let above = 0;
  let same = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (Number.isNaN(score)) {
      throw new LimbeckError('non-finite-data', {
        where: 'linkRank',
        given: `NaN for candidate ${i}`,
        expected: 'a score for every candidate',
        next: 'Look at the model that gave it.',
      });
    }
    if (left.has(i)) continue;
    if (score > own) above++;
    else if (score === own) same++;
  }
  const [optimistic, pessimistic] = [1 + above, above + same];
  return { optimistic, pessimistic, realistic: (optimistic + pessimistic) / 2 };
}

/** The scores of each link's candidates, `[links][candidates]`. */
export type LinkScores = readonly ArrayLike<number>[];

/** Mean reciprocal of the realistic rank, in `(0, 1]`. @throws LimbeckError, from `rows`: as {@link linkRank}, `shape-mismatch`, `empty-data` */
export function linkMrr(): AdditiveMetric<LinkScores, readonly LinkTarget[]> {
  return linkMetric('linkMrr', (rank) => 1 / rank);
}

/**
 * The share of links whose realistic rank is at most `k`, in `[0, 1]`.
 *
 * @throws LimbeckError `invalid-option` for a k below 1; and as {@link linkMrr}
 */
export function hitsAt(options: {
  readonly k: number;
}): AdditiveMetric<LinkScores, readonly LinkTarget[]> {
  const { k } = options;
  checkWhole('hitsAt', { k }, 1, 'Use 10.');
  return linkMetric(`hits@${k}`, (rank) => (rank <= k ? 1 : 0));
}

function linkMetric(
  name: string,
  ofRank: (rank: number) => number,
): AdditiveMetric<LinkScores, readonly LinkTarget[]> {
  return meanMetric(name, true, (scores, links) => {
    checkPaired(name, scores.length, links.length);
    return Float64Array.from(links, (link, i) => ofRank(linkRank(scores[i]!, link).realistic));
  });
}
