import { fc, test } from '@fast-check/vitest';
import { type HostTensor, hostTensor, leaves } from '@limbeck/core';
import {
  grad,
  input,
  inputsFor,
  interpret,
  sparseMatmul,
  sparsePlan,
  sparsePlanSpecs,
  type SparsePlanTensors,
  toOnnx,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const size = { rows: 'rows', columns: 'columns' } as const;
const plan = inputsFor<SparsePlanTensors>(sparsePlanSpecs('m', 'entries', size), 'm');
const values = input('values', { dtype: 'float32', shape: ['entries'] });
const dense = input('dense', { dtype: 'float32', shape: ['columns', 2] });
const y = sparseMatmul(plan, values, dense);

const matrices = fc
  .record({ rows: fc.integer({ min: 1, max: 5 }), columns: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      entries: fc.array(
        fc.tuple(fc.nat(rows - 1), fc.nat(columns - 1), fc.integer({ min: -9, max: 9 })),
        {
          maxLength: 30,
        },
      ),
    }),
  );

function planFeeds(host: object): { [name: string]: HostTensor } {
  return Object.fromEntries(
    Array.from(leaves<HostTensor>(host), ([path, tensor]) => [`m/${path}`, tensor]),
  );
}

const ints = (...list: number[]): Int32Array => Int32Array.from(list);

describe('sparseMatmul', () => {
  test.prop([matrices])('is the product of the matrix written out', (given) => {
    const { rows, columns, entries } = given;
    const host = sparsePlan(
      Int32Array.from(entries, ([row]) => row),
      Int32Array.from(entries, ([, column]) => column),
      { rows, columns },
    );
    const table = Array.from({ length: columns * 2 }, (_, i) => (i * 7) % 5);
    // Whole numbers, so that sums are exact in any order; several entries at one place add up.
    const expected = Array.from({ length: rows * 2 }, () => 0);
    for (const [row, column, value] of entries) {
      for (const i of [0, 1]) expected[row * 2 + i]! += value * table[column * 2 + i]!;
    }
    const out = interpret(
      { y },
      {
        ...planFeeds(host),
        values: hostTensor(
          'float64',
          [entries.length],
          entries.map(([, , value]) => value),
        ),
        dense: hostTensor('float64', [columns, 2], table),
      },
    );
    expect(Array.from(out.y.data as Float64Array, (value) => value + 0)).toEqual(
      expected.map((value) => value + 0),
    );
  });

  test('needs the plan by column for its gradients alone', () => {
    const forward = Object.keys(toOnnx({ y }).inputs);
    expect(forward.filter((name) => name.startsWith('m/byColumn'))).toEqual([]);
    const [byDense] = grad(y.sum(), [dense]);
    expect(Object.keys(toOnnx({ d: byDense!, y }).inputs)).toContain('m/byColumn/order');
  });

  test.each([
    ['a row outside', [ints(3), ints(0)], 'invalid-data', 'the segment 3'],
    ['a column outside', [ints(0), ints(-1)], 'invalid-data', 'the source -1'],
    ['an end of each entry alone', [ints(0, 1), ints(0)], 'shape-mismatch', '1 sources'],
  ] as const)('the plan refuses %s', (_what, [rows, columns], code, words) => {
    expect(() => sparsePlan(rows, columns, { rows: 2, columns: 2 })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    );
  });

  test('the plan refuses a matrix without columns', () => {
    expect(() => sparsePlan(ints(), ints(), { rows: 1, columns: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid-option', where: 'sparsePlan' }),
    );
  });

  test('refuses values of other entries, and a dense matrix of other rows', () => {
    const others = input('others', { dtype: 'float32', shape: ['n', 2] });
    const build = [
      () => sparseMatmul(plan, others.sum(1), dense),
      () => sparseMatmul(plan, values, others),
      () => sparseMatmul(plan, values, dense.flatten()),
    ];
    for (const each of build) {
      expect(each).toThrow(
        expect.objectContaining({
          code: 'shape-mismatch',
          where: 'sparseMatmul',
          message: expect.stringContaining('[columns, width]'),
        }),
      );
    }
  });
});
