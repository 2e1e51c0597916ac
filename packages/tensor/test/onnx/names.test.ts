import { type HostTensor, hostTensor } from '@limbeck/core';
import { fromOnnx, interpret } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { fileOf, type NodeInit } from './files.js';

const matrix = (value: number): HostTensor => hostTensor('float32', [1, 1], [value]);
const x = { x: { dtype: 'float32', shape: ['batch', 1] } } as const;

const product = (name: string, from: string, weight: string, output: string): NodeInit => ({
  opType: 'MatMul',
  name,
  input: [from, weight],
  output: [output],
});

function namesOf(nodes: readonly NodeInit[], names: readonly string[], outputs = ['y']) {
  const initialisers = Object.fromEntries(names.map((name, i) => [name, matrix(i + 2)]));
  return fromOnnx(fileOf({ nodes, inputs: x, initialisers, outputs }));
}

describe('parameters', () => {
  test('are called after the node that uses them where the file has made a name up', () => {
    const { fileNames } = namesOf(
      [product('/encoder/layer.0/query/MatMul', 'x', 'onnx::MatMul_306', 'y')],
      ['onnx::MatMul_306'],
    );
    expect(fileNames).toEqual({ 'encoder/layer.0/query/weight': 'onnx::MatMul_306' });
  });

  test('take the style of the names that the file has', () => {
    const { fileNames } = namesOf(
      [
        product('/layer.0/query/MatMul', 'x', 'onnx::MatMul_306', 'h'),
        {
          opType: 'Add',
          name: '/layer.0/query/Add',
          input: ['h', 'layer.0.query.bias'],
          output: ['y'],
        },
      ],
      ['onnx::MatMul_306', 'layer.0.query.bias'],
    );
    expect(Object.keys(fileNames)).toEqual(['layer.0.query.weight', 'layer.0.query.bias']);
  });

  test('keep the same names when the file counts otherwise and holds them in another order', () => {
    const nodes = (a: string, b: string): NodeInit[] => [
      product('/a/MatMul', 'x', a, 'h'),
      product('/b/MatMul', 'h', b, 'y'),
    ];
    const first = namesOf(nodes('onnx::MatMul_1', '2'), ['onnx::MatMul_1', '2']);
    const second = namesOf(nodes('onnx::MatMul_9', '7'), ['7', 'onnx::MatMul_9']);
    expect(Object.keys(first.fileNames).sort()).toEqual(['a/weight', 'b/weight']);
    expect(Object.keys(second.fileNames).sort()).toEqual(['a/weight', 'b/weight']);
  });

  test('of one role in one module have the names of their nodes too', () => {
    const { fileNames } = namesOf(
      [product('/m/MatMul', 'x', '1', 'h'), product('/m/MatMul_1', 'h', '2', 'y')],
      ['1', '2'],
    );
    expect(fileNames).toEqual({ 'm/MatMul/weight': '1', 'm/MatMul_1/weight': '2' });
  });

  test('are found behind a transposition, and never take a name that is there', () => {
    const { fileNames } = namesOf(
      [
        { opType: 'Transpose', name: '/t', input: ['3'], output: ['turned'] },
        product('/m/MatMul', 'x', 'turned', 'h'),
        product('/n/MatMul', 'h', 'm/weight', 'y'),
      ],
      ['3', 'm/weight'],
    );
    expect(fileNames).toEqual({ 'm/MatMul/weight': '3', 'm/weight': 'm/weight' });
  });

  test('are those that the caller takes for parameters; others are constants', () => {
    const bytes = fileOf({
      nodes: [product('/a/MatMul', 'x', 'table', 'h'), product('/b/MatMul', 'h', 'weight', 'y')],
      inputs: x,
      initialisers: { table: matrix(5), weight: matrix(3) },
      outputs: ['y'],
    });
    const { parameters, outputs } = fromOnnx(bytes, { isParameter: (path) => path !== 'table' });
    expect(parameters).toEqual({ weight: matrix(3) });
    const feeds = { x: matrix(2), ...parameters };
    expect(interpret(outputs, feeds).y!.data[0]).toBe(30);
  });
});

describe('taps', () => {
  const nodes: NodeInit[] = [
    product('/m/MatMul', 'x', 'w', 'h'),
    { opType: 'Relu', input: ['h'], output: ['/r'] },
    { opType: 'Relu', name: 'twin', input: ['/r'], output: ['a'] },
    { opType: 'Neg', name: 'twin', input: ['a'], output: ['y'] },
    { opType: 'Split', name: 'parts', input: ['y'], output: ['p', 'q'], attribute: [] },
  ];
  const file = {
    inputs: { x: { dtype: 'float32', shape: ['batch', 2] } },
    outputs: ['y'],
  } as const;
  const read = fromOnnx(
    fileOf({
      ...file,
      nodes,
      opset: 13,
      initialisers: { w: hostTensor('float32', [2, 2], [1, 0, 0, 1]) },
      // Halves of a batch of a number alone.
      inputs: { x: { dtype: 'float32', shape: [2, 2] } },
    }),
  );

  test('have a path each: the name of the node, or of its output, made unique', () => {
    expect(read.taps).toEqual(['m/MatMul', 'r', 'twin', 'twin_1', 'parts', 'parts:1']);
  });

  test('are found by path, or by what the file calls the value', () => {
    expect(read.tap('m/MatMul')).toBe(read.tap('h'));
    expect(read.tap('parts:1')).toBe(read.tap('q'));
    expect(read.tap('twin_1')).toBe(read.outputs.y);
    expect(() => read.tap('s')).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        expected: expect.stringContaining('m/MatMul, r, twin'),
      }),
    );
  });

  test('carry the module as their scope', () => {
    expect(read.tap('m/MatMul').node.scope).toBe('m');
  });
});

describe('sizes', () => {
  const bytes = fileOf({
    nodes: [{ opType: 'Add', name: '/m/Add', input: ['scores', 'mask'], output: ['y'] }],
    inputs: {
      scores: { dtype: 'float32', shape: ['batch', 'past+tokens'] },
      mask: { dtype: 'float32', shape: ['batch', 'total'] },
    },
    outputs: ['y'],
  });

  test('that the file names twice are said to be equal', () => {
    const { outputs } = fromOnnx(bytes, { sizes: { total: 'past+tokens' } });
    expect(outputs.y!.shape).toEqual(['batch', 'past+tokens']);
    expect(fromOnnx(bytes, { sizes: { total: 7, past: 3, tokens: 4 } }).outputs.y!.shape).toEqual([
      'batch',
      7,
    ]);
  });

  test('that do not fit name the node and the option', () => {
    expect(() => fromOnnx(bytes)).toThrow(
      expect.objectContaining({
        code: 'shape-mismatch',
        where: expect.stringContaining('Add "/m/Add"'),
        next: expect.stringContaining("sizes: { total: 'past+tokens' }"),
      }),
    );
  });
});
