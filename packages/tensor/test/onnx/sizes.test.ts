import { type HostTensor, hostTensor } from '@limbeck/core';
import { fromOnnx, interpret } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { AttributeProto_AttributeType as AttributeType } from '../../src/onnx/gen/onnx_pb.js';
import { fileOf, type NodeInit } from './files.js';

const whole = (...values: number[]): HostTensor =>
  hostTensor('int64', [values.length], BigInt64Array.from(values, BigInt));
const one = (value: number): HostTensor => hostTensor('int64', [], [value]);
const axis = (value: number) => [{ name: 'axis', type: AttributeType.INT, i: BigInt(value) }];
const to = (value: number) => [{ name: 'to', type: AttributeType.INT, i: BigInt(value) }];
const node = (
  opType: string,
  input: readonly string[],
  output: string,
  attribute: NodeInit['attribute'] = [],
): NodeInit => ({ opType, input: [...input], output: [output], attribute });

const inputs = { x: { dtype: 'float32', shape: ['batch', 'tokens', 1] } } as const;
const feeds = { x: hostTensor('float32', [2, 3, 1], [1, 2, 3, 4, 5, 6]) };

function read(
  nodes: readonly NodeInit[],
  initialisers: { readonly [name: string]: HostTensor } = {},
) {
  const { inputs: fed, outputs } = fromOnnx(
    fileOf({ nodes, inputs, initialisers, outputs: ['y'] }),
  );
  // The sizes of the input may be needed where its values are not.
  return { y: outputs.y!, value: interpret({ x: fed.x!, y: outputs.y! }, feeds).y };
}

describe('what a file computes of shapes comes back as names', () => {
  test('where PyTorch repeats a tensor: −1 for a size that stays', () => {
    const { y, value } = read(
      [
        node('Shape', ['wanted'], 'rank'),
        node('ConstantOfShape', ['rank'], 'ones', [
          {
            name: 'value',
            type: AttributeType.TENSOR,
            t: { dims: [1n], dataType: 7, int64Data: [1n] },
          },
        ]),
        node('Mul', ['ones', 'minus'], 'negative'),
        node('Equal', ['wanted', 'negative'], 'stays'),
        node('Where', ['stays', 'ones', 'wanted'], 'sizes'),
        node('Expand', ['x', 'sizes'], 'y'),
      ],
      { wanted: whole(-1, -1, 4), minus: one(-1) },
    );
    expect(y.shape).toEqual(['batch', 'tokens', 4]);
    expect(value.shape).toEqual([2, 3, 4]);
  });

  test('where named sizes are compared with −1', () => {
    const { y } = read(
      [
        node('Shape', ['x'], 'sizes'),
        node('Equal', ['sizes', 'minus'], 'open'),
        node('Where', ['open', 'instead', 'sizes'], 'chosen'),
        node('Reshape', ['x', 'chosen'], 'y'),
      ],
      { minus: whole(-1), instead: whole(7) },
    );
    expect(y.shape).toEqual(['batch', 'tokens', 1]);
  });

  test('where TensorFlow works in 32 bits', () => {
    const { y, value } = read(
      [
        node('Shape', ['x'], 's'),
        node('Cast', ['s'], 'narrow', to(6)),
        node('Slice', ['narrow', 'zero', 'first', 'zero'], 'batch'),
        node('Concat', ['batch', 'rest'], 'joined', axis(0)),
        node('Cast', ['joined'], 'sizes', to(7)),
        node('Expand', ['small', 'sizes'], 'y'),
      ],
      {
        zero: whole(0),
        first: whole(1),
        rest: hostTensor('int32', [1], [2]),
        small: hostTensor('float32', [], [5]),
      },
    );
    expect(y.shape).toEqual(['batch', 2]);
    expect([...value.data]).toEqual([5, 5, 5, 5]);
  });

  test('where positions are counted behind a cache', () => {
    const { y, value } = read(
      [
        node('Shape', ['x'], 's'),
        node('Gather', ['s', 'one'], 'tokens'),
        node('Add', ['tokens', 'past'], 'total'),
        node('Range', ['past', 'total', 'one'], 'positions'),
        node('Size', ['x'], 'all'),
        node('Sub', ['all', 'positions'], 'y'),
      ],
      { one: one(1), past: one(4) },
    );
    expect(y.shape).toEqual(['tokens']);
    expect([...value.data]).toEqual([2n, 1n, 0n]);
  });

  test('where the larger of sizes is plain, and a split of a shape', () => {
    const { y } = read(
      [
        node('Shape', ['x'], 's'),
        { opType: 'Split', input: ['s', 'parts'], output: ['lead', 'last'], attribute: axis(0) },
        node('Max', ['lead', 'zero'], 'same'),
        node('Concat', ['same', 'three'], 'sizes', axis(0)),
        node('Expand', ['x', 'sizes'], 'y'),
      ],
      { parts: whole(2, 1), zero: whole(0), three: whole(3) },
    );
    expect(y.shape).toEqual(['batch', 'tokens', 3]);
  });

  test('but not where data decide', () => {
    const nodes = [
      node('Cast', ['x'], 'whole', to(7)),
      node('Reshape', ['whole', 'flat'], 'sizes'),
      node('Reshape', ['x', 'sizes'], 'y'),
    ];
    expect(() => read(nodes, { flat: whole(-1) })).toThrow(
      expect.objectContaining({
        code: 'unknown-operator',
        given: 'Reshape "" with input 1 computed from data',
      }),
    );
  });
});

describe('what a file computes of constants', () => {
  test('is known where an operator asks for numbers', () => {
    // Pairs an axis, which PyTorch turns to what lies before all axes and what lies behind.
    const { y, value } = read(
      [
        node('Concat', ['one', 'two', 'zeros'], 'given', axis(0)),
        node('Reshape', ['given', 'pairs'], 'table'),
        node('Transpose', ['table'], 'turned'),
        node('Reshape', ['turned', 'flat'], 'amounts'),
        node('Pad', ['x', 'amounts', '', 'axes'], 'y'),
      ],
      {
        one: whole(1),
        two: whole(2),
        zeros: whole(0, 0),
        pairs: whole(-1, 2),
        flat: whole(-1),
        axes: whole(1, 2),
      },
    );
    expect(y.shape).toEqual(['batch', 'tokens+3', 1]);
    expect([...value.data].slice(0, 6)).toEqual([0, 1, 2, 3, 0, 0]);
  });
});
