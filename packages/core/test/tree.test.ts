import { fc, test } from '@fast-check/vitest';
import {
  allocate,
  type DType,
  type HostTensor,
  hostTensor,
  type HostTree,
  isLeaf,
  leaves,
  mapTree,
  sizeOf,
  type Spec,
  type Specs,
} from '@limbeck/core';
import { describe, expect, expectTypeOf } from 'vitest';

const spec = (...shape: number[]): Spec => ({ dtype: 'float32', shape });

describe('leaves', () => {
  test('gives every leaf with its path, in the order of the keys', () => {
    const tree = {
      encoder: [{ weight: spec(1) }, { weight: spec(2), bias: spec(3) }],
      head: spec(4),
    };
    expect(leaves(tree)).toEqual([
      ['encoder/0/weight', spec(1)],
      ['encoder/1/weight', spec(2)],
      ['encoder/1/bias', spec(3)],
      ['head', spec(4)],
    ]);
  });

  test('takes a lone leaf for a tree, and an empty object for an empty one', () => {
    expect(leaves(spec(2))).toEqual([['', spec(2)]]);
    expect(leaves({})).toEqual([]);
  });

  test.each([
    [{ a: { b: 3 } }, '3 at a/b'],
    [{ a: null }, 'null at a'],
    [undefined, 'undefined at the top'],
  ])('refuses %j and says where', (tree, message) => {
    expect(() => leaves(tree)).toThrow(message);
    expect(() => mapTree(tree, (leaf) => leaf)).toThrow(message);
    expect(() => leaves(tree)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  });
});

describe('mapTree', () => {
  const trees = fc.letrec((tie) => ({
    leaf: fc.record({
      dtype: fc.constant('float32'),
      shape: fc.array(fc.nat(4), { maxLength: 3 }),
    }),
    tree: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), tie('tree'), { maxKeys: 3 }),
    ),
  })).tree;

  test.prop([trees])('keeps the tree when it keeps the leaves', (tree) => {
    expect(mapTree(tree, (leaf) => leaf)).toEqual(tree);
  });

  test.prop([trees])('visits what leaves() lists, with the same paths', (tree) => {
    const visited: [string, Spec][] = [];
    mapTree(tree, (leaf, path) => visited.push([path, leaf]));
    expect(visited).toEqual(leaves(tree));
  });

  test('keeps arrays arrays', () => {
    expect(mapTree([spec(1), { a: spec(2) }], ({ shape }) => sizeOf(shape as number[]))).toEqual([
      1,
      { a: 2 },
    ]);
  });
});

describe('isLeaf', () => {
  test.each([
    [spec(1), true],
    [hostTensor('bool', [], [1]), true],
    [{ dtype: 'float32' }, false],
    [null, false],
    [[], false],
    ['float32', false],
  ])('of %j is %s', (value, expected) => {
    expect(isLeaf(value)).toBe(expected);
  });
});

describe('hostTensor', () => {
  const numeric = [
    'float32',
    'float64',
    'int64',
    'int32',
    'uint32',
    'uint8',
    'int8',
    'bool',
  ] as const;

  test.each(numeric)('stores a plain array as %s', (dtype) => {
    const tensor = hostTensor(dtype, [2, 2], [0, 1, 1, 0]);
    expect([...tensor.data].map(Number)).toEqual([0, 1, 1, 0]);
    expect(tensor.data.constructor).toBe(allocate(dtype, 0).constructor);
  });

  test('keeps a typed array and copies the shape', () => {
    const data = Float32Array.of(1, 2);
    const shape = [2];
    const tensor = hostTensor('float32', shape, data);
    expect(tensor.data).toBe(data);
    shape[0] = 9;
    expect(tensor.shape).toEqual([2]);
  });

  test('makes scalars and empty tensors', () => {
    expect(hostTensor('float64', [], [2]).data).toEqual(Float64Array.of(2));
    expect(hostTensor('float32', [3, 0], []).data).toHaveLength(0);
  });

  test('keeps int64 exact up to 2^53, and beyond in a BigInt64Array', () => {
    expect(hostTensor('int64', [1], [2 ** 53 - 1]).data[0]).toBe(2n ** 53n - 1n);
    expect(hostTensor('int64', [1], BigInt64Array.of(2n ** 63n - 1n)).data[0]).toBe(2n ** 63n - 1n);
  });

  test('keeps NaN and infinities of floats: whether data may hold them is not decided here', () => {
    expect([...hostTensor('float32', [2], [NaN, -Infinity]).data]).toEqual([NaN, -Infinity]);
  });

  test.each<[DType, number]>([
    ['int32', 1.5],
    ['int32', 2 ** 31],
    ['uint32', -1],
    ['uint8', 256],
    ['int8', -129],
    ['bool', 2],
    ['int64', 0.5],
    ['int64', NaN],
    ['int64', 2 ** 53],
    ['uint8', NaN],
  ])('refuses what %s cannot hold: %d', (dtype, value) => {
    expect(() => hostTensor(dtype, [2], [0, value])).toThrow(
      expect.objectContaining({ code: 'dtype-mismatch', given: `${value} at index 1 as ${dtype}` }),
    );
  });

  test.each([
    [[2, 2], 3],
    [[-1, -3], 3],
    [[1.5, 2], 3],
    [[NaN], 0],
  ])('refuses the shape %j for %d elements', (shape, length) => {
    expect(() => hostTensor('float32', shape, new Float32Array(length))).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
  });

  test('refuses an array of another kind, and an unknown dtype', () => {
    const other = Float64Array.of(1) as unknown as Float32Array;
    expect(() => hostTensor('float32', [1], other)).toThrow(
      'given a Float64Array as float32; expected a Float32Array',
    );
    for (const dtype of ['float16', 'toString'] as unknown as DType[]) {
      expect(() => hostTensor(dtype, [1], [1])).toThrow(
        expect.objectContaining({ code: 'dtype-mismatch' }),
      );
      expect(() => allocate(dtype, 1)).toThrow(expect.objectContaining({ code: 'dtype-mismatch' }));
    }
  });
});

test('types follow the tree', () => {
  type Batch = { readonly ids: Spec; readonly labels: readonly Spec[] };
  expectTypeOf<Specs<Batch>['ids']>().toEqualTypeOf<Spec>();
  expectTypeOf<HostTree<Batch>['ids']>().toEqualTypeOf<HostTensor>();
  expectTypeOf<HostTree<Batch>['labels'][number]>().toEqualTypeOf<HostTensor>();
  expectTypeOf(allocate('int64', 1)).toEqualTypeOf<BigInt64Array>();
});
