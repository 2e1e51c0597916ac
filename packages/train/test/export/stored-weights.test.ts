import { fc, test } from '@fast-check/vitest';
import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import { decodeModel, input, interpret } from '@limbeck/tensor';
import type { Shippable } from '@limbeck/train';
import * as ort from 'onnxruntime-node';
import { describe, expect } from 'vitest';
import { quantiseBlocksChecked, roundToNearestBlocks } from '../../src/export/blocks.js';
import { quantiseChecked, roundToNearest } from '../../src/export/quantise.js';
import { floatsOf, type StoredWeight, storeWeights } from '../../src/export/store-weights.js';
import { storedGraph, studentGraph, valueAxes } from '../../src/export/student-graph.js';

const rng = Rng.from(5);
const normal = (...shape: readonly number[]): HostTensor<'float32'> =>
  hostTensor(
    'float32',
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
  );

/**
 * A table that is looked up and, turned, multiplied by; a matrix with a bias; one in a product of three axes; a kernel.
 * No size is a multiple of 32.
 */
const values = {
  table: normal(50, 36),
  inner: normal(36, 45),
  bias: normal(45),
  outer: normal(45, 36),
  kernel: normal(36, 36, 3),
};
const inputs = { ids: { dtype: 'int64', shape: ['batch', 'tokens'] } } as const;
const names = { inputs: { input_ids: 'ids' }, outputs: { logits: 'logits' } };

const student: Shippable = {
  inputs,
  values,
  build: ({ table, inner, bias, outer, kernel }, { ids }) => {
    const x = table!.gather(ids!);
    const hidden = x.affine(inner!, bias!).tanh().matmul(outer!).add(x);
    const convolved = hidden.transpose([0, 2, 1]).conv1d(kernel!, { padding: 1 }).mean(2);
    return { logits: convolved.matmul(table!, { transposeB: true }) };
  },
};

const ids = hostTensor(
  'int64',
  [4, 7],
  Array.from({ length: 28 }, () => rng.bits() % 50),
);

function weights(kind: 'int8' | 'int4'): Map<string, StoredWeight> {
  const axes = valueAxes(student, names);
  return new Map(
    Object.entries(values).flatMap(([path, value]): [string, StoredWeight][] => {
      if (value.shape.length < 2) return [];
      const weight =
        kind === 'int8'
          ? quantiseChecked(path, value, roundToNearest)
          : quantiseBlocksChecked(path, value, axes.get(path)!, roundToNearestBlocks);
      return [[path, { kind, weight } as StoredWeight]];
    }),
  );
}

const modes = {
  'int8 weight-only': ['int8', { dynamic: false, portable: true }],
  'int8 dynamic': ['int8', { dynamic: true, portable: true }],
  'int4 with MatMulNBits': ['int4', { dynamic: false, portable: false }],
  'int4 unpacked': ['int4', { dynamic: false, portable: true }],
} as const;

/** The answers of a file, by onnxruntime-node alone. */
async function run(bytes: Uint8Array, given = ids): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes);
  const feeds = { input_ids: new ort.Tensor('int64', given.data, given.shape) };
  const { logits } = await session.run(feeds);
  await session.release();
  return logits!.data as Float32Array;
}

/** The file in float32 with these values. */
function floatFile(all: { readonly [path: string]: HostTensor }): Uint8Array {
  return studentGraph({ ...student, values: all }, names).bytes;
}

/** The values that a file with stored weights stands for. */
function standsFor(stored: ReadonlyMap<string, StoredWeight>): { [path: string]: HostTensor } {
  const floats = [...stored].map(([path, one]) => [path, floatsOf(one)] as const);
  return { ...values, ...Object.fromEntries(floats) };
}

/** The largest gap, as a share of the largest answer; NaN for lists of other lengths. */
function gapOf(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Number.NaN;
  const largest = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Array.from(found).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - wanted[i]!) / largest),
    0,
  );
}

describe('stored weights', () => {
  test.each(Object.entries(modes))(
    '%s: a file for plain onnxruntime',
    async (name, [kind, how]) => {
      const stored = weights(kind);
      const { bytes } = storedGraph(student, names, stored, how);
      const [found, wanted] = [await run(bytes), await run(floatFile(standsFor(stored)))];
      // The other side of products is rounded as well in the two modes that compute in int8.
      const rounds = name === 'int8 dynamic' || name === 'int4 with MatMulNBits';
      const gap = gapOf(found, wanted);
      expect(gap).toBeLessThan(rounds ? 0.05 : 1e-5);
      if (rounds) expect(gap).toBeGreaterThan(1e-5);
    },
  );

  test.each(Object.entries(modes))('%s: what the interpreter says', async (name, [kind, how]) => {
    const stored = weights(kind);
    const { bytes } = storedGraph(student, names, stored, how);
    const named = Object.fromEntries(
      Object.entries(values).map(([path, { dtype, shape }]) => [
        path,
        input(path, { dtype, shape }),
      ]),
    );
    const outputs = student.build(named, { ids: input('ids', inputs.ids) });
    const { logits } = interpret(
      { logits: storeWeights({ logits: outputs['logits']! }, stored, how)['logits']! },
      { ...values, ids },
    );
    // MatMulNBits rounds its other side in blocks, of which the interpreter knows nothing.
    const close = name === 'int4 with MatMulNBits' ? 0.05 : 2e-3;
    expect(gapOf(await run(bytes), logits.data as Float64Array)).toBeLessThan(close);
  });

  test.each(Object.entries(modes))('%s: its size and its operators', (name, [kind, how]) => {
    const { bytes } = storedGraph(student, names, weights(kind), how);
    const { graph } = decodeModel(bytes);
    const types = new Set(graph!.node.map(({ opType }) => opType));
    const foreign = graph!.node.filter(({ domain }) => domain !== '').map(({ opType }) => opType);
    const isNBits = name === 'int4 with MatMulNBits';
    expect(new Set(foreign)).toEqual(new Set(isNBits ? ['MatMulNBits'] : []));
    expect(types.has('MatMulInteger')).toBe(name === 'int8 dynamic');
    // The two plain products, and of 4 bits the turned one too.
    expect(foreign).toHaveLength(isNBits ? 3 : 0);
    const floats = graph!.initializer.filter(({ dataType }) => dataType === 1);
    const counts = floats.map(({ dims }) => dims.reduce((all, dim) => all * Number(dim), 1));
    expect(Math.max(...counts)).toBeLessThan(500);
    const numbers = Object.values(values).reduce((sum, { data }) => sum + data.length, 0);
    // One byte a number and a scale a column; half a byte, filled up
    // to 64 here, and four bytes for each 32. The graph itself takes some.
    expect(bytes.length / numbers).toBeLessThan(1.8);
    expect(floatFile(values).length / numbers).toBeGreaterThan(4);
  });

  test.prop(
    [
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 5 }),
    ],
    { numRuns: 12 },
  )('of any size give their products and their rows', async (inner, columns, rows) => {
    const w = normal(inner, columns);
    const x = normal(rows, inner);
    const at = hostTensor(
      'int64',
      [rows],
      Array.from({ length: rows }, () => rng.bits() % inner),
    );
    const parts: Shippable = {
      inputs: {
        x: { dtype: 'float32', shape: ['n', inner] },
        at: { dtype: 'int64', shape: ['n'] },
      },
      values: { w, table: w },
      build: (given, fed) => ({
        product: fed['x']!.matmul(given['w']!),
        rows: given['table']!.gather(fed['at']!),
      }),
    };
    const own = { inputs: { x: 'x', at: 'at' }, outputs: { product: 'product', rows: 'rows' } };
    for (const portable of [true, false]) {
      const stored = new Map<string, StoredWeight>([
        ['w', { kind: 'int4', weight: quantiseBlocksChecked('w', w, 1, roundToNearestBlocks) }],
        ['table', { kind: 'int4', weight: quantiseBlocksChecked('t', w, 0, roundToNearestBlocks) }],
      ]);
      const { bytes } = storedGraph(parts, own, stored, { dynamic: false, portable });
      const session = await ort.InferenceSession.create(bytes);
      const found = await session.run({
        x: new ort.Tensor('float32', x.data, [rows, inner]),
        at: new ort.Tensor('int64', at.data, [rows]),
      });
      await session.release();
      const [floats, table] = ['w', 'table'].map((path) => floatsOf(stored.get(path)!).data);
      const product = Array.from({ length: rows * columns }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        let sum = 0;
        for (let k = 0; k < inner; k++)
          sum += x.data[row * inner + k]! * floats![k * columns + column]!;
        return sum;
      });
      const looked = Array.from({ length: rows * columns }, (_, i) => {
        return table![Number(at.data[Math.floor(i / columns)]) * columns + (i % columns)]!;
      });
      expect(gapOf(found['product']!.data as Float32Array, product)).toBeLessThan(
        portable ? 1e-4 : 0.05,
      );
      expect(gapOf(found['rows']!.data as Float32Array, looked)).toBeLessThan(1e-6);
    }
  });

  test('of a batch without rows give none', async () => {
    const { bytes } = storedGraph(student, names, weights('int4'), modes['int4 unpacked'][1]);
    expect(await run(bytes, hostTensor('int64', [0, 7], []))).toHaveLength(0);
  });

  test('of few columns are rows of a table only where they are looked up', () => {
    expect(Object.fromEntries(valueAxes(student, names))).toEqual({
      input_ids: 0,
      table: 0,
      inner: 1,
      bias: 0,
      outer: 1,
      kernel: 0,
    });
  });
});
