import { hostTensor } from '@limbeck/core';
import { concat, oneHot, stack } from '../../src/functions.js';
import { float, type KnownAnswer, of, shaped, two, vector } from './known-answer.js';

/** Edges of what moves and repeats elements. */
export const shapeAnswers: { readonly [edge: string]: KnownAnswer } = {
  'axes of size 1 broadcast on both sides': {
    feeds: { a: float([2, 1], [1, 2]), b: float([3], [10, 20, 30]) },
    build: two((a, b) => a.add(b)),
    expected: [11, 21, 31, 12, 22, 32],
    shape: [2, 3],
  },
  'an empty axis broadcasts with 1 to an empty one': {
    feeds: { a: float([0, 1], []), b: float([3], [1, 2, 3]) },
    build: two((a, b) => a.mul(b)),
    expected: [],
    shape: [0, 3],
  },
  'a scalar broadcasts with anything': {
    feeds: { a: float([], [2]), b: float([1, 2], [3, 4]) },
    build: two((a, b) => a.sub(b)),
    expected: [-1, -2],
    shape: [1, 2],
  },
  'batches of matrices broadcast': {
    feeds: { a: float([2, 1, 1, 2], [1, 2, 3, 4]), b: float([2, 2, 1], [1, 1, 0, 1]) },
    build: two((a, b) => a.matmul(b)),
    expected: [3, 2, 7, 4],
    shape: [2, 2, 1, 1],
  },
  'a concat leaves empty tensors out of sight': {
    feeds: { a: float([0, 2], []), b: float([1, 2], [1, 2]) },
    build: two((a, b) => concat([a, b, a])),
    expected: [1, 2],
    shape: [1, 2],
  },
  'a split may have empty pieces': shaped(
    [3],
    [1, 2, 3],
    (x) => {
      const [none, two, one] = x.split(0, [0, 2, 1]);
      return concat([one!, none!, two!]);
    },
    [3, 1, 2],
  ),
  'flip turns one axis round': shaped(
    [2, 3],
    [1, 2, 3, 4, 5, 6],
    (x) => x.flip(1),
    [3, 2, 1, 6, 5, 4],
  ),
  'flip of an empty axis': shaped([0, 2], [], (x) => x.flip(0), [], [0, 2]),
  'tril keeps the diagonal and what is below': shaped(
    [3, 3],
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
    (x) => x.tril(),
    [1, 0, 0, 4, 5, 0, 7, 8, 9],
  ),
  'tril of a diagonal below the main one, of a wide matrix': shaped(
    [2, 3],
    [1, 2, 3, 4, 5, 6],
    (x) => x.tril(-1),
    [0, 0, 0, 4, 0, 0],
  ),
  'triu of a diagonal above the main one': shaped(
    [3, 2],
    [1, 2, 3, 4, 5, 6],
    (x) => x.triu(1),
    [0, 2, 0, 0, 0, 0],
  ),
  'triu of a diagonal outside keeps all': shaped(
    [2, 2],
    [1, 2, 3, 4],
    (x) => x.triu(-9),
    [1, 2, 3, 4],
  ),
  'tile repeats the whole, not each element': shaped(
    [2, 2],
    [1, 2, 3, 4],
    (x) => x.tile([1, 2]),
    [1, 2, 1, 2, 3, 4, 3, 4],
    [2, 4],
  ),
  'stack makes a new axis where it is told': shaped(
    [2],
    [1, 2],
    (x) => stack([x, x.neg()], -1),
    [1, -1, 2, -2],
    [2, 2],
  ),
  'a slice with a step ends before its stop': shaped(
    [5],
    [1, 2, 3, 4, 5],
    (x) => x.slice(0, 1, 5, 2),
    [2, 4],
  ),
  'pad puts zeros on both sides': shaped([2], [1, 2], (x) => x.pad(0, 1, 2), [0, 1, 2, 0, 0]),
  'an index outside gives no 1': of(
    'int64',
    [-1, 0, 3],
    (x) => oneHot(x, 3),
    [0, 0, 0, 1, 0, 0, 0, 0, 0],
  ),
  'rows that are added at one index add up': {
    feeds: { a: float([3, 1], [1, 2, 4]), b: vector('int64', [1, 0, 1]) },
    build: two((a, b) => a.scatterAddRows(b, 3)),
    expected: [2, 5, 0],
    shape: [3, 1],
  },
  'elements are gathered along the first axis': {
    feeds: { a: float([2, 2], [1, 2, 3, 4]), b: hostTensor('int64', [1, 2], [1, 0]) },
    build: two((a, b) => a.gatherAlong(0, b)),
    expected: [3, 2],
    shape: [1, 2],
  },
};
