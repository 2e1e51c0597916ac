import type { ClassProbabilities } from '@limbeck/evaluators';

/** softmax(logits / temperature) of each row of `[rows, classes]`. */
export function probabilitiesOf(
  logits: ArrayLike<number>,
  classes: number,
  temperature = 1,
): ClassProbabilities {
  const probabilities = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let top = -Infinity;
    for (let i = start; i < start + classes; i++) top = Math.max(top, logits[i]!);
    let sum = 0;
    for (let i = start; i < start + classes; i++) {
      probabilities[i] = Math.exp((logits[i]! - top) / temperature);
      sum += probabilities[i]!;
    }
    for (let i = start; i < start + classes; i++) probabilities[i]! /= sum;
  }
  return { probabilities, classes };
}

/** The rows of a matrix `[rows, classes]`. */
export function rowsOf(matrix: Float32Array, classes: number): Float32Array[] {
  return Array.from({ length: matrix.length / classes }, (_, row) =>
    matrix.subarray(row * classes, (row + 1) * classes),
  );
}

/** The place of the largest number, the first of equal ones. */
export function largest(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/** The share of labelled rows whose largest logit is the label's. */
export function accuracyOf(
  logits: Float32Array,
  labels: readonly (number | undefined)[],
  classes: number,
): number {
  let [right, count] = [0, 0];
  labels.forEach((label, row) => {
    if (label === undefined) return;
    count++;
    if (largest(logits.subarray(row * classes, (row + 1) * classes)) === label) right++;
  });
  return count === 0 ? 0 : right / count;
}
