import type { Metric, Rows } from '@limbeck/core';
import { isAdditive } from './additive-metric.js';
import type { Groups } from './groups.js';
import { isWeighted } from './weighted-metric.js';

/**
 * The metric's value when each group occurs so many times: by the groups' sums where a metric has them, by items' weights
 * where it takes those, else by picking.
 */
export function drawEvaluator<P, R>(
  metric: Metric<P, R>,
  rows: Rows,
  groups: Groups,
): (times: Uint32Array) => number {
  const { order, starts } = groups;
  const size = starts.length - 1;
  if (isWeighted(metric)) {
    const weighted = metric.weighted(rows);
    if (size === order.length && order.every((item, at) => item === at)) return weighted;
    const weights = new Uint32Array(order.length);
    return (times) => {
      for (let g = 0; g < size; g++) {
        for (let i = starts[g]!; i < starts[g + 1]!; i++) weights[order[i]!] = times[g]!;
      }
      return weighted(weights);
    };
  }
  if (!isAdditive(metric)) {
    return (times) => {
      const picked: number[] = [];
      for (let g = 0; g < size; g++) {
        for (let t = 0; t < times[g]!; t++) {
          for (let i = starts[g]!; i < starts[g + 1]!; i++) picked.push(order[i]!);
        }
      }
      return metric.value(rows, Uint32Array.from(picked));
    };
  }
  const width = metric.sums(rows);
  // One list of the groups' sums for each of the metric's sums, so that the innermost loop adds into one number.
  const table = Array.from({ length: width }, () => new Float64Array(size));
  const ofGroup = new Float64Array(width);
  for (let g = 0; g < size; g++) {
    for (let c = 0; c < width; c++) ofGroup[c] = 0;
    for (let i = starts[g]!; i < starts[g + 1]!; i++) metric.add(rows, order[i]!, ofGroup, 0);
    for (let c = 0; c < width; c++) table[c]![g] = ofGroup[c]!;
  }
  const sums = new Float64Array(width);
  return (times) => {
    for (let c = 0; c < width; c++) sums[c] = weightedSum(table[c]!, times);
    return metric.finish(sums);
  };
}

function weightedSum(numbers: Float64Array, times: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += times[i]! * numbers[i]!;
  return sum;
}
