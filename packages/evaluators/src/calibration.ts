import { checkWhole } from '@limbeck/core';
import { type AdditiveMetric, additiveMetric, some } from './additive-metric.js';
import { confidenceRows } from './confidence-rows.js';
import type { Predictions, References } from './predictions.js';
import type { ReliabilityBin } from './report-details.js';

/** Options of {@link ece}, {@link mce} and {@link reliability}. */
export interface CalibrationOptions {
  /** How many bins of equal width. @defaultValue 15, as Guo et al. */
  readonly bins?: number;
}

/**
 * Expected calibration error of the answered class's probability, in `[0, 1]`, over bins of equal width that include
 * their right end. Abstentions, which claim nothing, are left out.
 *
 * ```text
 * ECE = Σ_b n_b / N · |accuracy_b − confidence_b|
 * ```
 *
 * @throws LimbeckError `invalid-option` if `bins` is no whole number above 0; from `rows` as {@link nll};
 * from `value` `empty-data` if every item is an abstention
 * @see Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017, §2.
 * {@link https://arxiv.org/abs/1706.04599}
 */
export function ece(options: CalibrationOptions = {}): AdditiveMetric<Predictions, References> {
  return binnedMetric('ece', options, (bins, items) => {
    const gaps = bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.correct), 0);
    return gaps / items;
  });
}

/**
 * Maximum calibration error, in `[0, 1]`: the largest gap of any bin of {@link ece} that holds an item.
 *
 * @throws LimbeckError as {@link ece}
 * @see Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015.
 */
export function mce(options: CalibrationOptions = {}): AdditiveMetric<Predictions, References> {
  return binnedMetric('mce', options, (bins) =>
    bins.reduce(
      (most, { items, confidence, correct }) =>
        items === 0 ? most : Math.max(most, Math.abs(confidence - correct) / items),
      0,
    ),
  );
}

/** The sums over a bin's items. */
interface BinSums {
  readonly items: number;
  readonly confidence: number;
  readonly correct: number;
}

function binnedMetric(
  name: string,
  options: CalibrationOptions,
  ofBins: (bins: readonly BinSums[], items: number) => number,
): AdditiveMetric<Predictions, References> {
  const { bins = 15 } = options;
  checkWhole(name, { bins }, 1, 'Use 15, the usual number.');
  return additiveMetric({
    name,
    higherIsBetter: false,
    rows: (given, references) => confidenceRows(name, given, references),
    sums: () => 3 * bins,
    add(rows, item, into, offset) {
      const confidence = rows.data[2 * item]!;
      if (confidence < 0) return;
      const at = offset + 3 * binOf(confidence, bins);
      into[at]! += 1;
      into[at + 1]! += confidence;
      into[at + 2]! += rows.data[2 * item + 1]!;
    },
    finish(sums) {
      const all = Array.from({ length: bins }, (_, b) => ({
        items: sums[3 * b]!,
        confidence: sums[3 * b + 1]!,
        correct: sums[3 * b + 2]!,
      }));
      const items = all.reduce((sum, bin) => sum + bin.items, 0);
      return ofBins(all, some(name, items));
    },
  });
}

/**
 * Confidence against accuracy, bin by bin: what a reliability diagram draws.
 *
 * @throws LimbeckError as {@link ece}
 */
export function reliability(
  predictions: Predictions,
  references: References,
  options: CalibrationOptions = {},
): readonly ReliabilityBin[] {
  const { bins = 15 } = options;
  const metric = ece({ bins });
  const rows = metric.rows(predictions, references);
  const sums = new Float64Array(3 * bins);
  for (let i = 0; i < references.length; i++) metric.add(rows, i, sums, 0);
  return Array.from({ length: bins }, (_, b) => {
    const [count, confidence, correct] = sums.subarray(3 * b, 3 * b + 3) as unknown as [
      number,
      number,
      number,
    ];
    return {
      low: b / bins,
      high: (b + 1) / bins,
      count,
      confidence: count === 0 ? 0 : confidence / count,
      accuracy: count === 0 ? 0 : correct / count,
    };
  });
}

/** The bin whose `(low, high]` holds the confidence; 0 falls into the first. */
function binOf(confidence: number, bins: number): number {
  // A product such as 0.07 · 100 = 7.000000000000001 lands beyond its edge, so the edges decide.
  let bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
  if (confidence <= bin / bins && bin > 0) bin--;
  else if (confidence > (bin + 1) / bins) bin++;
  return Math.min(bin, bins - 1);
}
