import { LimbeckError } from '@limbeck/core';
import { type AdditiveMetric, meanMetric } from '../additive-metric.js';
import { type Positives, scoreRows, type Scores } from './binary-data.js';

/**
 * The Brier score of the probability of being positive, `(p − y)²`, in `[0, 1]`, mean over items: half of {@link brier} for two classes.
 *
 * @throws LimbeckError, from `rows`: `invalid-data` for a probability outside `[0, 1]`; and as {@link auc}
 */
export function binaryBrier(): AdditiveMetric<Scores, Positives> {
  return binaryMetric('binaryBrier', (p, y) => (p - y) ** 2);
}

/**
 * Negative log-likelihood of the probability of being positive, in nats an item, with probabilities of the truth no smaller than 1e-12.
 *
 * @throws LimbeckError as {@link binaryBrier}
 */
export function binaryNll(): AdditiveMetric<Scores, Positives> {
  return binaryMetric('binaryNll', (p, y) => -Math.log(Math.max(1e-12, y === 1 ? p : 1 - p)));
}

function binaryMetric(
  name: string,
  ofItem: (p: number, y: number) => number,
): AdditiveMetric<Scores, Positives> {
  return meanMetric(name, false, (scores, positives) => {
    const { data } = scoreRows(name, scores, positives);
    return Float64Array.from({ length: scores.length }, (_, i) => {
      const [p, y] = [data[2 * i]!, data[2 * i + 1]!];
      if (p >= 0 && p <= 1) return ofItem(p, y);
      throw new LimbeckError('invalid-data', {
        where: name,
        given: `${p} at item ${i}`,
        expected: 'a probability from 0 to 1',
        next: 'Pass what a sigmoid or softmax returned.',
      });
    });
  });
}
