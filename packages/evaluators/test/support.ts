import { fc } from '@fast-check/vitest';
import type { Metric } from '@limbeck/core';
import type { ClassProbabilities } from '@limbeck/evaluators';

/** Predictions from one list of probabilities an item. */
export function soft(rows: readonly (readonly number[])[]): ClassProbabilities {
  return { probabilities: Float64Array.from(rows.flat()), classes: rows[0]?.length ?? 1 };
}

/** A metric's value over all items. */
export function measure<P, R>(metric: Metric<P, R>, predictions: P, references: R): number {
  return metric.value(metric.rows(predictions, references));
}

/** Between 1 and 30 items of 2 to 6 classes: distributions and true classes. */
export const classified = fc
  .record({ classes: fc.integer({ min: 2, max: 6 }), items: fc.integer({ min: 1, max: 30 }) })
  .chain(({ classes, items }) =>
    fc.record({
      rows: fc.array(
        fc
          .array(fc.integer({ min: 1, max: 1000 }), { minLength: classes, maxLength: classes })
          .map((weights) => {
            const sum = weights.reduce((total, weight) => total + weight, 0);
            return weights.map((weight) => weight / sum);
          }),
        { minLength: items, maxLength: items },
      ),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), {
        minLength: items,
        maxLength: items,
      }),
    }),
  );
