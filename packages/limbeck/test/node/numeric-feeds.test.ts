import type { DType } from '@limbeck/core';
import { expect, test } from 'vitest';
import { numericFeeds } from '../../src/node/onnx/numeric-feeds.js';

const feeds = (dtype: DType, rows: readonly unknown[]) =>
  numericFeeds(
    'test',
    { x: { dtype, shape: ['batch', 2] } },
    rows.map((x) => ({ x })),
    2,
  ).map(({ x }) => ({ shape: x!.shape, data: [...x!.data] }));

test('makes batches of rows, the last one smaller', () => {
  expect(
    feeds('int64', [
      [1, 2],
      [3, 4],
      [true, false],
    ]),
  ).toEqual([
    { shape: [2, 2], data: [1n, 2n, 3n, 4n] },
    { shape: [1, 2], data: [1n, 0n] },
  ]);
  expect(feeds('float32', [[0.5, -1]])[0]!.data).toEqual([0.5, -1]);
});

test.each([
  ['int64', [1.5, 2], '1.5', 'whole numbers of the sizes [2]'],
  ['uint8', [300, 2], '300', 'whole numbers of the sizes [2]'],
  ['float32', ['1', 2], '"1"', 'numbers of the sizes [2]'],
  ['float32', [1, 2, 3], 'sizes [3]', 'numbers of the sizes [2]'],
  ['float32', [null, 2], 'null', 'numbers of the sizes [2]'],
] as const)('refuses for %s the row %j', (dtype, row, given, expected) => {
  expect(() => feeds(dtype, [[1, 2], [1, 2], row])).toThrow(
    expect.objectContaining({
      code: 'invalid-record',
      given: `${given} in the field "x" of row 3`,
      expected: `${expected}, the same in every row`,
    }),
  );
});
