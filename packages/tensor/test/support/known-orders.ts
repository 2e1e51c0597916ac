import { hostTensor } from '@limbeck/core';
import { stack, where } from '../../src/functions.js';
import { type KnownAnswer, shaped } from './known-answer.js';

/** Edges of what reduces, orders and normalises. */
export const orderAnswers: { readonly [edge: string]: KnownAnswer } = {
  'the sum over nothing is 0': shaped([2, 0], [], (x) => x.sum(1), [0, 0], [2]),
  'the largest of nothing is −∞': shaped([2, 0], [], (x) => x.max(1), [-Infinity, -Infinity]),
  'the smallest of nothing is ∞': shaped([2, 0], [], (x) => x.min(1), [Infinity, Infinity]),
  'log Σ e^x over nothing is −∞': shaped([2, 0], [], (x) => x.logSumExp(1), [-Infinity, -Infinity]),
  'the length of nothing is 0': shaped([2, 0], [], (x) => x.norm(1), [0, 0]),
  'the largest int32 of nothing is the lowest': {
    feeds: { x: hostTensor('int32', [1, 0], []) },
    build: ({ x }) => x!.max(1),
    expected: [-(2 ** 31)],
  },
  'the smallest int32 of nothing is the highest': {
    feeds: { x: hostTensor('int32', [1, 0], []) },
    build: ({ x }) => x!.min(1),
    expected: [2 ** 31 - 1],
  },
  'a sum over no axes changes nothing': shaped([2], [1, 2], (x) => x.sum([]), [1, 2], [2]),
  'a kept axis has size 1': shaped(
    [2, 2],
    [1, 2, 3, 4],
    (x) => x.min(0, { keep: true }),
    [1, 2],
    [1, 2],
  ),
  'the unbiased variance divides by one fewer': shaped(
    [4],
    [1, 2, 3, 6],
    (x) => x.variance(0, { correction: 1 }),
    [14 / 3],
    [],
  ),
  'norms of order 1, 2 and ∞': shaped(
    [2],
    [3, -4],
    (x) => stack([x.norm(0, { order: 1 }), x.norm(), x.norm(0, { order: Infinity })]),
    [7, 5, 4],
  ),
  'ArgMax gives the first of the largest': shaped(
    [2, 4],
    [1, 3, 3, 2, -1, -1, -2, -1],
    (x) => x.argMax(),
    [1, 0],
  ),
  'ArgMin gives the first of the smallest': shaped(
    [2, 3],
    [3, 1, 1, 2, 2, 5],
    (x) => x.argMin(),
    [1, 0],
  ),
  'ArgMax along the first axis': shaped([2, 2], [1, 5, 1, 2], (x) => x.argMax(0), [0, 0]),
  'TopK takes the first of equal largest elements': shaped(
    [5],
    [2, 7, 2, 7, 2],
    (x) => x.topK(3).indices,
    [1, 3, 0],
  ),
  'TopK takes the first of equal smallest elements': shaped(
    [5],
    [2, 1, 2, 1, 2],
    (x) => x.topK(3, { largest: false }).indices,
    [1, 3, 0],
  ),
  'TopK of none': shaped([3], [1, 2, 3], (x) => x.topK(0).values, [], [0]),
  'TopK along the first axis': shaped(
    [3, 2],
    [1, 9, 5, 2, 3, 4],
    (x) => x.topK(2, { axis: 0 }).values,
    [5, 9, 3, 4],
    [2, 2],
  ),
  'sort keeps equal elements in order': shaped(
    [5],
    [3, 1, 3, 1, 2],
    (x) => x.sort().indices,
    [1, 3, 4, 0, 2],
  ),
  'sort downwards keeps equal elements in order too': shaped(
    [5],
    [3, 1, 3, 1, 2],
    (x) => x.sort(0, { descending: true }).indices,
    [0, 2, 4, 1, 3],
  ),
  'cumsum counts an element in': shaped([3], [1, 2, 4], (x) => x.cumsum(0), [1, 3, 7]),
  'cumsum leaves an element out': shaped(
    [3],
    [1, 2, 4],
    (x) => x.cumsum(0, { exclusive: true }),
    [0, 1, 3],
  ),
  'cumsum runs from the end': shaped(
    [3],
    [1, 2, 4],
    (x) => x.cumsum(0, { reverse: true }),
    [7, 6, 4],
  ),
  'cumsum from the end leaves an element out': shaped(
    [3],
    [1, 2, 4],
    (x) => x.cumsum(0, { exclusive: true, reverse: true }),
    [6, 4, 0],
  ),
  'softmax of −∞ is 0': shaped([3], [1000, 0, -Infinity], (x) => x.softmax(), [1, 0, 0]),
  'the logarithm of the softmax is finite where the softmax is 0': shaped(
    [2],
    [1000, 0],
    (x) => x.logSoftmax(),
    [0, -1000],
  ),
  'a constant row is normalised to the shift': shaped(
    [1, 2],
    [5, 5],
    (x) => x.layerNorm(x.sum(0), where(x.greater(0), x.scalar(3), x.scalar(4)).sum(0)),
    [3, 3],
  ),
  'rmsNorm divides by the root of the mean square alone': shaped(
    [1, 2],
    [3, 4],
    (x) => x.rmsNorm(x.scalar(1).expand([2]), 0),
    [3 / Math.sqrt(12.5), 4 / Math.sqrt(12.5)],
  ),
};
