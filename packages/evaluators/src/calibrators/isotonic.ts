import { checkWhole } from '@limbeck/core';
import type { Predictions, References } from '../predictions.js';
import type { IsotonicCalibration } from './calibration.js';
import { type ClassLogits, fitRows } from './logits.js';
import { pooled } from './pooled.js';
import type { FitOptions } from './temperature.js';

/**
 * The curve that never falls and lies nearest, by squares, to how often classes of each probability are right; fitted over
 * every class of every item. It can take any shape, so it wants more items than the others. A millionth of the straight line
 * is mixed in, so that the curve rises everywhere in `[0, 1]` and no two classes become equal.
 *
 * @throws LimbeckError as {@link fitTemperature}
 * @see Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates", 2002;
 * pooling of adjacent violators by Ayer et al. 1955.
 */
export function fitIsotonic(
  given: ClassLogits | Predictions,
  references: References,
  options: FitOptions = {},
): IsotonicCalibration {
  const { minItems = 100 } = options;
  checkWhole('fitIsotonic', { minItems }, 2, 'Use 100.');
  const { p, right } = pooled(fitRows('fitIsotonic', given, references, minItems));
  const order = Array.from(p, (_, i) => i).sort((i, j) => p[i]! - p[j]!);
  const { x, y } = neverFalling(order.map((i) => [p[i]!, right[i]!] as const));
  if (x[0]! > 0) {
    x.unshift(0);
    y.unshift(y[0]!);
  }
  if (x.at(-1)! < 1) {
    x.push(1);
    y.push(y.at(-1)!);
  }
  return { kind: 'isotonic', x, y: y.map((value, i) => value + tilt * (x[i]! - value)) };
}

/** The share of the straight line; far below what any number of items can tell. */
const tilt = 1e-6;

/** A run of points that share one value. */
interface Block {
  first: number;
  last: number;
  sum: number;
  size: number;
}

/** The least-squares curve through points in rising order of x, as its corners. */
function neverFalling(points: readonly (readonly [x: number, y: number])[]): {
  readonly x: number[];
  readonly y: number[];
} {
  const blocks: Block[] = [];
  for (const [x, y] of points) {
    const tie = blocks.at(-1);
    // Points of one x have one value, their mean.
    if (tie?.first === x && tie.last === x) {
      tie.sum += y;
      tie.size += 1;
    } else blocks.push({ first: x, last: x, sum: y, size: 1 });
  }
  const merged: Block[] = [];
  for (const block of blocks) {
    let next = block;
    for (;;) {
      const before = merged.at(-1);
      if (before === undefined || before.sum * next.size < next.sum * before.size) break;
      merged.pop();
      next = {
        first: before.first,
        last: next.last,
        sum: before.sum + next.sum,
        size: before.size + next.size,
      };
    }
    merged.push(next);
  }
  const corners = merged.flatMap(({ first, last, sum, size }) =>
    (first === last ? [first] : [first, last]).map((x) => [x, sum / size] as const),
  );
  return { x: corners.map(([x]) => x), y: corners.map(([, y]) => y) };
}
