import { type AdditiveMetric, additiveMetric, some } from '../additive-metric.js';
import { undefinedMetric } from '../undefined-metric.js';
import { flat } from './errors.js';
import { columnMeans, type Numbers, numberRows } from './numbers.js';

/**
 * Pearson's correlation of predictions and references, in `[-1, 1]`.
 *
 * @throws LimbeckError, from `rows`: `shape-mismatch`, `empty-data`, `non-finite-data`; from `value`: `undefined-metric` if
 * all predictions or all references are equal
 */
export function pearson(): AdditiveMetric<Numbers, Numbers> {
  return additiveMetric({
    name: 'pearson',
    higherIsBetter: true,
    // Distances from the means keep the sums of squares from losing their digits.
    rows(predictions, references) {
      const rows = numberRows('pearson', predictions, references);
      const centres = columnMeans(rows);
      return { columns: 2, data: rows.data.map((value, i) => value - centres[i % 2]!) };
    },
    sums: () => 6,
    add(rows, item, into, offset) {
      const [x, y] = [rows.data[2 * item]!, rows.data[2 * item + 1]!];
      into[offset]! += 1;
      into[offset + 1]! += x;
      into[offset + 2]! += y;
      into[offset + 3]! += x * x;
      into[offset + 4]! += y * y;
      into[offset + 5]! += x * y;
    },
    finish([n, x, y, xx, yy, xy]) {
      const items = some('pearson', n!);
      const [ofX, ofY] = [xx! - x! ** 2 / items, yy! - y! ** 2 / items];
      if (!(ofX > flat * xx! && ofY > flat * yy!)) {
        undefinedMetric(
          'pearson',
          `${items} ${ofX > flat * xx! ? 'references' : 'predictions'} that are all equal`,
          'numbers that differ on both sides',
        );
      }
      const correlation = (xy! - (x! * y!) / items) / (Math.sqrt(ofX) * Math.sqrt(ofY));
      return Math.max(-1, Math.min(1, correlation));
    },
  });
}
