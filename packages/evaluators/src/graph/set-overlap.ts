import { type AdditiveMetric, additiveMetric } from '../additive-metric.js';
import { checkChoice } from '../check-choice.js';
import { checkPaired } from '../predictions.js';
import { undefinedMetric } from '../undefined-metric.js';

/** A triple, an edge, or anything that strings tell apart. */
export type Member = string | readonly string[];

/** A set of members an item; a member that is listed twice counts once. */
export type MemberSets = readonly (readonly Member[])[];

/** Options of {@link setPrecision}, {@link setRecall} and {@link setF1}. */
export interface SetOptions {
  /** Sums of counts over all items, or the mean of each item's value. @defaultValue 'micro' */
  readonly average?: 'micro' | 'macro';
  /** Makes forms equal that mean the same, such as by lower case, before members are compared. @defaultValue none */
  readonly canonical?: (member: Member) => Member;
}

/**
 * The share of predicted members that are right, in `[0, 1]`; 0 where nothing is predicted though something was there.
 *
 * @throws LimbeckError, from `rows`: `shape-mismatch`, `empty-data`; from `value`: `undefined-metric` without any member
 */
export function setPrecision(options: SetOptions = {}): AdditiveMetric<MemberSets, MemberSets> {
  return overlap('setPrecision', options, (common, predicted, gold) =>
    ratio(common, predicted, gold === 0),
  );
}

/** The share of right members that are predicted, in `[0, 1]`. @throws LimbeckError as {@link setPrecision} */
export function setRecall(options: SetOptions = {}): AdditiveMetric<MemberSets, MemberSets> {
  return overlap('setRecall', options, (common, predicted, gold) =>
    ratio(common, gold, predicted === 0),
  );
}

/** The harmonic mean of precision and recall, in `[0, 1]`. @throws LimbeckError as {@link setPrecision} */
export function setF1(options: SetOptions = {}): AdditiveMetric<MemberSets, MemberSets> {
  return overlap('setF1', options, (common, predicted, gold) =>
    ratio(2 * common, predicted + gold, true),
  );
}

/** A share of nothing is 1 where nothing was wanted, else 0. */
function ratio(part: number, whole: number, bothEmpty: boolean): number {
  return whole > 0 ? part / whole : bothEmpty ? 1 : 0;
}

type OfCounts = (common: number, predicted: number, gold: number) => number;

function overlap(
  name: string,
  { average = 'micro', canonical = (member) => member }: SetOptions,
  ofCounts: OfCounts,
): AdditiveMetric<MemberSets, MemberSets> {
  checkChoice(name, { average }, ['micro', 'macro']);
  const keys = (members: readonly Member[]): Set<string> =>
    new Set(members.map((member) => JSON.stringify(canonical(member))));
  return additiveMetric({
    name,
    higherIsBetter: true,
    rows(predictions, references) {
      checkPaired(name, predictions.length, references.length);
      const data = new Float64Array(3 * references.length);
      predictions.forEach((members, i) => {
        const [predicted, gold] = [keys(members), keys(references[i]!)];
        const common = [...predicted].filter((key) => gold.has(key)).length;
        data.set([common, predicted.size, gold.size], 3 * i);
      });
      return { columns: 3, data };
    },
    sums: () => (average === 'micro' ? 3 : 2),
    add(rows, item, into, offset) {
      const [common, predicted, gold] = rows.data.subarray(3 * item, 3 * item + 3);
      if (average === 'macro') {
        into[offset]! += ofCounts(common!, predicted!, gold!);
        into[offset + 1]! += 1;
        return;
      }
      into[offset]! += common!;
      into[offset + 1]! += predicted!;
      into[offset + 2]! += gold!;
    },
    finish(sums) {
      const [first, second, third] = sums;
      if (average === 'macro' && second! > 0) return first! / second!;
      if (average === 'micro' && second! + third! > 0) return ofCounts(first!, second!, third!);
      return undefinedMetric(name, 'neither a predicted nor a right member', 'at least one');
    },
  });
}
