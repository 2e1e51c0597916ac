import { ifDefined } from '../undefined-metric.js';
import { auc, averagePrecision } from './auc.js';
import { bestBalancedAccuracy, tprAtFpr } from './operating-points.js';

/** How well losses tell members of the training set from others. */
export interface MembershipInference {
  /** Area under the ROC curve; 0.5 is chance. */
  readonly auc: number;
  /** Average precision, members being positive. */
  readonly averagePrecision: number;
  /** Balanced accuracy of the best threshold; 0.5 is chance. */
  readonly balancedAccuracy: number;
  /** The share of members found while at most 1% of the others are; absent below 100 others. */
  readonly tprAt1Percent?: number;
  /** The share of members found while at most 0.1% of the others are; absent below 1,000 others. */
  readonly tprAtTenthPercent?: number;
}

/**
 * A membership inference attack by the loss: the lower an item's loss, the more it looks as if the model was trained on
 * it. To attack by another score, such as a log-ratio to a reference model, pass its negative as losses.
 *
 * @param members - losses of items that the model was trained on
 * @param others - losses of items that it was not
 * @throws LimbeckError `empty-data` for none at all; `undefined-metric` without members or others; `non-finite-data`
 * @see Yeom et al., "Privacy Risk in Machine Learning", 2018; Carlini et al. 2022 for the low shares.
 */
export function membershipInference(
  members: ArrayLike<number>,
  others: ArrayLike<number>,
): MembershipInference {
  const losses = [...Array.from(members), ...Array.from(others)];
  const scores = Float64Array.from(losses, (loss) => -loss);
  const positives = Uint8Array.from(losses, (_, i) => (i < members.length ? 1 : 0));
  const rows = auc().rows(scores, positives);
  const at1 = ifDefined(() => tprAtFpr({ fpr: 0.01 }).value(rows));
  const atTenth = ifDefined(() => tprAtFpr({ fpr: 0.001 }).value(rows));
  return {
    auc: auc().value(rows),
    averagePrecision: averagePrecision().value(rows),
    balancedAccuracy: bestBalancedAccuracy().value(rows),
    ...(at1 === undefined ? {} : { tprAt1Percent: at1 }),
    ...(atTenth === undefined ? {} : { tprAtTenthPercent: atTenth }),
  };
}
