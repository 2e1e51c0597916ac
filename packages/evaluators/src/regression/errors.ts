import { type AdditiveMetric, additiveMetric, meanMetric, some } from '../additive-metric.js';
import { undefinedMetric } from '../undefined-metric.js';
import { columnMeans, type Numbers, numberRows } from './numbers.js';

/** Mean absolute error, in the unit of what is predicted. @throws LimbeckError, from `rows`: `shape-mismatch`, `empty-data`, `non-finite-data` */
export function meanAbsoluteError(): AdditiveMetric<Numbers, Numbers> {
  return meanMetric('mae', false, (predictions, references) =>
    gaps('mae', predictions, references).map(Math.abs),
  );
}

/** Root of the mean squared error, in the unit of what is predicted. @throws LimbeckError as {@link meanAbsoluteError} */
export function rootMeanSquaredError(): AdditiveMetric<Numbers, Numbers> {
  const squared = meanMetric('rmse', false, (predictions: Numbers, references: Numbers) =>
    gaps('rmse', predictions, references).map((gap) => gap ** 2),
  );
  return additiveMetric({ ...squared, finish: (sums) => Math.sqrt(squared.finish(sums)) });
}

/**
 * The coefficient of determination, at most 1: the share of the references' variance that predictions explain; below 0
 * where their mean would have been the better guess.
 *
 * ```text
 * R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)²
 * ```
 *
 * @throws LimbeckError, from `rows`: as {@link meanAbsoluteError}; from `value`: `undefined-metric` if all references are equal
 */
export function rSquared(): AdditiveMetric<Numbers, Numbers> {
  return additiveMetric({
    name: 'r2',
    higherIsBetter: true,
    // References go in as distances from their mean, which keeps the sum of squares from losing its digits.
    rows(predictions, references) {
      const rows = numberRows('r2', predictions, references);
      const [, centre] = columnMeans(rows);
      const data = rows.data.map((value, i) =>
        i % 2 === 0 ? (value - rows.data[i + 1]!) ** 2 : value - centre,
      );
      return { columns: 2, data };
    },
    sums: () => 4,
    add(rows, item, into, offset) {
      const [squared, y] = [rows.data[2 * item]!, rows.data[2 * item + 1]!];
      into[offset]! += 1;
      into[offset + 1]! += squared;
      into[offset + 2]! += y;
      into[offset + 3]! += y * y;
    },
    finish([items, squared, sum, squares]) {
      const variance = squares! - sum! ** 2 / some('r2', items!);
      if (variance > flat * squares!) return 1 - squared! / variance;
      return undefinedMetric(
        'r2',
        `${items} references that are all equal`,
        'references that differ',
      );
    },
  });
}

/** A variance below this share of the squares is rounding. */
export const flat = 1e-12;

function gaps(where: string, predictions: Numbers, references: Numbers): Float64Array {
  const { data } = numberRows(where, predictions, references);
  return Float64Array.from(
    { length: references.length },
    (_, i) => data[2 * i]! - data[2 * i + 1]!,
  );
}
