import { LimbeckError, type Rows } from '@limbeck/core';
import { checkPaired } from '../predictions.js';

/** One number an item. */
export type Numbers = ArrayLike<number>;

/** Squares of larger numbers, and their sums, may be beyond all numbers. */
const largest = 1e150;

/** Rows of a predicted and a true number. @throws LimbeckError `shape-mismatch`, `empty-data`, `non-finite-data` */
export function numberRows(where: string, predictions: Numbers, references: Numbers): Rows {
  checkPaired(where, predictions.length, references.length);
  const data = new Float64Array(2 * references.length);
  for (let i = 0; i < references.length; i++) {
    const [prediction, reference] = [predictions[i]!, references[i]!];
    if (!(Math.abs(prediction) <= largest && Math.abs(reference) <= largest)) {
      throw new LimbeckError('non-finite-data', {
        where,
        given: `prediction ${prediction} for reference ${reference} at item ${i}`,
        expected: `finite numbers, no further than ${largest} from 0`,
        next: 'Leave the item out, or look at the model that gave it.',
      });
    }
    data[2 * i] = prediction;
    data[2 * i + 1] = reference;
  }
  return { columns: 2, data };
}

/** The mean of each of two columns. */
export function columnMeans({ data }: Rows): readonly [number, number] {
  let [first, second] = [0, 0];
  for (let i = 0; i < data.length; i += 2) {
    first += data[i]!;
    second += data[i + 1]!;
  }
  return [(2 * first) / data.length, (2 * second) / data.length];
}
