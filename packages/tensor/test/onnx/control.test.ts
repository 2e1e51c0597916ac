import type { MessageInitShape } from '@bufbuild/protobuf';
import { type HostTensor, hostTensor } from '@limbeck/core';
import { cond, fromOnnx, grad, input, interpret, scan, toOnnx } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import {
  AttributeProto_AttributeType as AttributeType,
  type GraphProtoSchema,
} from '../../src/onnx/gen/onnx_pb.js';
import { tensorToProto } from '../../src/onnx/tensor-data.js';
import { fileOf, type NodeInit } from './files.js';

type GraphInit = MessageInitShape<typeof GraphProtoSchema>;

const vector = (...values: number[]): HostTensor => hostTensor('float32', [values.length], values);
const x = input('x', { dtype: 'float32', shape: ['steps', 2] });
const feeds = (value: number): { x: HostTensor } => ({
  x: hostTensor('float32', [3, 2], [value, 2, 3, 4, 5, 6]),
});

function graph(name: string, init: GraphInit) {
  return { name, type: AttributeType.GRAPH, g: init };
}

function evaluate(bytes: Uint8Array, fed: { readonly [name: string]: HostTensor }): number[][] {
  const { outputs, parameters } = fromOnnx(bytes);
  const out = interpret(outputs, { ...fed, ...parameters });
  return Object.values(out).map(({ data }) => Array.from(data as Float64Array, Number));
}

describe('graphs inside nodes', () => {
  test('that cond and its gradient write come back', () => {
    const w = input('w', { dtype: 'float32', shape: [2] });
    const y = cond(
      x.sum().greater(20),
      () => x.mul(w).sum(),
      () => x.add(w).sum().neg(),
    );
    const [dw] = grad(y, [w]);
    const { bytes } = toOnnx({ y, dw: dw! });
    for (const value of [1, -10]) {
      const fed = { ...feeds(value), w: vector(2, 3) };
      const expected = interpret({ y, dw: dw! }, fed);
      expect(evaluate(bytes, fed)).toEqual([[...expected.y.data], [...expected.dw.data]]);
    }
  });

  test.each([false, true])(
    'that scan and its gradient write come back, reversed: %s',
    (reverse) => {
      const w = input('w', { dtype: 'float32', shape: [2] });
      const { carry, outputs } = scan(
        ([sum], [row]) => {
          const next = sum!.mul(0.5).add(row!.mul(w));
          return { carry: [next], outputs: [next.square()] };
        },
        { carry: [w], over: [x], reverse },
      );
      const [dw] = grad(carry[0]!.sum().add(outputs[0]!.sum()), [w]);
      const named = { last: carry[0]!, all: outputs[0]!, dw: dw! };
      const fed = { ...feeds(1), w: vector(2, 3) };
      const expected = Object.values(interpret(named, fed)).map(({ data }) => [...data]);
      expect(evaluate(toOnnx(named).bytes, fed)).toEqual(expected);
    },
  );

  const branch = (op: string): GraphInit => ({
    node: [{ opType: op, name: 'inner', input: ['x'], output: ['r'] }],
    output: [{ name: 'r' }],
  });
  const choice: NodeInit = {
    opType: 'If',
    name: '/m/If',
    input: ['flag'],
    output: ['y'],
    attribute: [graph('then_branch', branch('Neg')), graph('else_branch', branch('Abs'))],
  };

  test.each([
    [1, -1],
    [0, 1],
  ])('whose condition %d the file knows are read alone', (flag, expected) => {
    const bytes = fileOf({
      nodes: [choice],
      inputs: { x: { dtype: 'float32', shape: ['n'] } },
      initialisers: { flag: hostTensor('bool', [], [flag]) },
      outputs: ['y'],
    });
    const { outputs, taps } = fromOnnx(bytes);
    expect(outputs.y!.node.operator.name).toBe(flag === 1 ? 'neg' : 'abs');
    expect(taps).toEqual(['m/If/inner', 'm/If']);
    expect(evaluate(bytes, { x: vector(1) })).toEqual([[expected]]);
  });

  const loop = (goesOn: string): NodeInit => ({
    opType: 'Loop',
    input: ['count', '', 'start'],
    output: ['last', 'all'],
    attribute: [
      graph('body', {
        input: [{ name: 'i' }, { name: 'on' }, { name: 'sum' }],
        node: [
          { opType: 'Add', input: ['sum', 'x'], output: ['next'] },
          {
            opType: 'Cast',
            input: ['i'],
            output: ['step'],
            attribute: [{ name: 'to', type: AttributeType.INT, i: 1n }],
          },
          { opType: 'Identity', input: [goesOn], output: ['still'] },
        ],
        output: [{ name: 'still' }, { name: 'next' }, { name: 'step' }],
      }),
    ],
  });
  const loopFile = (goesOn: string): Uint8Array =>
    fileOf({
      nodes: [loop(goesOn)],
      inputs: {
        x: { dtype: 'float32', shape: [2] },
        flag: { dtype: 'bool', shape: [] },
      },
      initialisers: { count: hostTensor('int64', [], [3]), start: vector(1, 1) },
      outputs: ['last', 'all'],
    });

  test('that run a number of times are scans', () => {
    expect(evaluate(loopFile('on'), { x: vector(2, 3) })).toEqual([
      [7, 10],
      [0, 1, 2],
    ]);
  });

  test('that end when data say so are refused', () => {
    expect(() => fromOnnx(loopFile('flag'))).toThrow(
      expect.objectContaining({
        code: 'unknown-operator',
        given: expect.stringContaining('an end that depends on data'),
      }),
    );
  });

  test('count their unknown operators, and see no value that is not there', () => {
    const unknown: NodeInit = {
      ...choice,
      attribute: [graph('then_branch', branch('Whatever')), graph('else_branch', branch('Abs'))],
    };
    const file = (node: NodeInit): Uint8Array =>
      fileOf({
        nodes: [node],
        inputs: {
          x: { dtype: 'float32', shape: ['n'] },
          flag: { dtype: 'bool', shape: [] },
        },
        outputs: ['y'],
      });
    expect(() => fromOnnx(file(unknown))).toThrow(
      expect.objectContaining({ code: 'unknown-operator', given: 'Whatever (1)' }),
    );
    const lost: GraphInit = {
      node: [{ opType: 'Neg', input: ['elsewhere'], output: ['r'] }],
      output: [{ name: 'r' }],
      initializer: [tensorToProto(vector(1), 'own')],
    };
    expect(() =>
      fromOnnx(
        file({
          ...choice,
          attribute: [graph('then_branch', lost), graph('else_branch', branch('Abs'))],
        }),
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'corrupt-onnx',
        given: expect.stringContaining('elsewhere'),
      }),
    );
  });
});
