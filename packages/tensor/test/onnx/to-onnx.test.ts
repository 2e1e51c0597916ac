import { test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import {
  createContext,
  decodeModel,
  grad,
  input,
  interpret,
  scalar,
  simplify,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const x = input('x', { dtype: 'float32', shape: ['batch', 4] });
const w = input('weight', { dtype: 'float32', shape: [4, 2] });

function nodesOf(bytes: Uint8Array) {
  return decodeModel(bytes).graph!.node;
}

describe('toOnnx', () => {
  test('names nodes by the layer that they belong to', () => {
    const context = createContext({ training: false });
    const y = context.block('encoder/0', (block) =>
      block.block('attention', () => x.matmul(w).softmax()),
    );
    const [dw] = grad(y.square().sum(), [w]);
    const names = nodesOf(toOnnx({ y, dw: dw! }).bytes).map(({ name }) => name);
    expect(names).toContain('encoder/0/attention/Gemm');
    expect(names).toContain('encoder/0/attention/Softmax');
    // What the backward pass adds stands beside it.
    expect(names.some((name) => name.startsWith('encoder/0/attention/grad/'))).toBe(true);
    expect(new Set(names).size).toBe(names.length);
  });

  test('writes operators of the ONNX standard alone when it is told to', () => {
    const rows = input('rows', { dtype: 'float32', shape: ['batch', 3, 4] });
    const y = rows.matmul(rows, { transposeB: true });
    const domains = (portable: boolean): string[] =>
      nodesOf(toOnnx({ y }, { portable }).bytes).map(({ domain }) => domain);
    expect(domains(false)).toContain('com.microsoft');
    expect(domains(true)).not.toContain('com.microsoft');
  });

  test('gives equal bytes for equal graphs', () => {
    const build = (): Tensor => x.matmul(w).tanh();
    expect(toOnnx({ y: build() }).bytes).toEqual(toOnnx({ y: build() }).bytes);
  });

  test('keeps weights in the file and out of the inputs', () => {
    const value = hostTensor('float32', [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    const graph = toOnnx({ y: x.matmul(w) }, { initialisers: { weight: value } });
    expect(Object.keys(graph.inputs)).toEqual(['x']);
    expect(decodeModel(graph.bytes).graph!.initializer.map(({ name }) => name)).toContain('weight');
  });

  test('tells −0 from 0', () => {
    const y = x.maximum(scalar(0)).div(x.minimum(scalar(-0)));
    const zeros = decodeModel(toOnnx({ y }).bytes).graph!.initializer;
    expect(zeros).toHaveLength(2);
  });

  test('refuses a weight of another shape or dtype, and a size that no input names', () => {
    const initialisers = { weight: hostTensor('float32', [2], [1, 2]) };
    expect(() => toOnnx({ y: x.matmul(w) }, { initialisers })).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
    const doubles = { weight: hostTensor('float64', [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]) };
    expect(() => toOnnx({ y: x.matmul(w) }, { initialisers: doubles })).toThrow(
      expect.objectContaining({ code: 'dtype-mismatch' }),
    );
    expect(() => toOnnx({ y: scalar(1).expand(['somewhere']) })).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        given: expect.stringContaining('somewhere'),
      }),
    );
  });

  test('refuses an output with the name of an input that it is not', () => {
    expect(() => toOnnx({ x: x.mul(2) })).toThrow(
      expect.objectContaining({ code: 'duplicate-name', given: expect.stringContaining('"x"') }),
    );
    expect(Object.keys(toOnnx({ x, y: x.mul(2) }).outputs)).toEqual(['x', 'y']);
  });

  test('orders and overflows nothing in a graph of ten thousand nodes in a row', () => {
    let y: Tensor = x;
    for (let i = 0; i < 10_000; i++) y = i % 2 === 0 ? y.sin() : y.cos();
    expect(toOnnx({ y }).nodeCount).toBe(10_000);
    const feeds = { x: hostTensor('float64', [1, 4], [0, 0, 0, 0]) };
    const [given, expected] = [interpret(simplify({ y }), feeds), interpret({ y }, feeds)];
    expect(given.y.data).toEqual(expected.y.data);
  });
});

test('an input takes dtype and shape of what it is given, and nothing else of it', () => {
  const given = hostTensor('float32', [2], [1, 2]);
  const { inputs, bytes } = toOnnx({ y: input('x', given).neg() });
  expect(inputs).toEqual({ x: { dtype: 'float32', shape: [2] } });
  expect(bytes).toEqual(toOnnx({ y: input('x', { dtype: 'float32', shape: [2] }).neg() }).bytes);
});
