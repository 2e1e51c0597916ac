import type { MessageInitShape } from '@bufbuild/protobuf';
import { type HostTensor, hostTensor, type Spec } from '@limbeck/core';
import { describe, expect, test } from 'vitest';
import {
  AttributeProto_AttributeType as AttributeType,
  type GraphProtoSchema,
} from '../../../src/onnx/gen/onnx_pb.js';
import { fileOf, ints, type NodeInit } from '../files.js';
import { judge, memoryInUse } from './judge.js';

const whole = (...values: number[]): HostTensor =>
  hostTensor('int64', [values.length], BigInt64Array.from(values, BigInt));
const x: { readonly [name: string]: Spec } = { x: { dtype: 'float32', shape: ['n', 4] } };

function file(
  nodes: readonly NodeInit[],
  initialisers: { readonly [name: string]: HostTensor } = {},
  inputs = x,
): Uint8Array {
  return fileOf({ nodes, inputs, initialisers, outputs: ['y'] });
}

const one = (opType: string, from: readonly string[], attribute: NodeInit['attribute'] = []) => [
  { opType, input: [...from], output: ['y'], attribute },
];

function chain(length: number, opType: string, from: string, ...more: string[]): NodeInit[] {
  return Array.from({ length }, (_, i) => ({
    opType,
    name: 'all of one name',
    input: [i === 0 ? from : `v${i - 1}`, ...more],
    output: [i === length - 1 ? 'y' : `v${i}`],
  }));
}

/** Nodes that hold graphs that hold nodes. */
function nested(depth: number): NodeInit {
  let graph: MessageInitShape<typeof GraphProtoSchema> = {
    node: [{ opType: 'Neg', input: ['x'], output: ['r'] }],
    output: [{ name: 'r' }],
  };
  const choose = (output: string): NodeInit => ({
    opType: 'If',
    input: ['flag'],
    output: [output],
    attribute: ['then_branch', 'else_branch'].map((name) => ({
      name,
      type: AttributeType.GRAPH,
      g:
        name === 'then_branch' ? graph : { node: graph.node!.slice(0, 0), output: [{ name: 'x' }] },
    })),
  });
  for (let i = 0; i < depth; i++) graph = { node: [choose('r')], output: [{ name: 'r' }] };
  return choose('y');
}

const flagged = { ...x, flag: { dtype: 'bool', shape: [] } } as const;
const manySizes = Array.from({ length: 24 }, (_, i) => `a${i}+b${i}`);
const huge = 2 ** 40;

describe('a hostile file', () => {
  test.each<[what: string, bytes: () => Uint8Array, verdict: 'read' | 'refused']>([
    ['of 20,000 nodes in a row', () => file(chain(20_000, 'Relu', 'x')), 'read'],
    [
      'of 20,000 nodes from the last to the first',
      () => file(chain(20_000, 'Relu', 'x').toReversed()),
      'read',
    ],
    ['that is a ring of 20,000 nodes', () => file(chain(20_000, 'Relu', 'y')), 'refused'],
    ['of graphs 20 deep', () => file([nested(20)], {}, flagged), 'read'],
    ['of graphs 60 deep', () => file([nested(60)], {}, flagged), 'refused'],
    [
      'whose size doubles 300 times',
      () =>
        file([{ opType: 'Shape', input: ['x'], output: ['s'] }, ...chain(300, 'Add', 's', 's')]),
      'read',
    ],
    [
      'whose size is squared 300 times',
      () =>
        file([
          { opType: 'Shape', input: ['x'], output: ['s'] },
          ...Array.from({ length: 300 }, (_, i): NodeInit => {
            const from = i === 0 ? 's' : `v${i - 1}`;
            return { opType: 'Mul', input: [from, from], output: [i === 299 ? 'y' : `v${i}`] };
          }),
        ]),
      'read',
    ],
    [
      'whose sizes multiply to millions of terms',
      () => file(one('Flatten', ['x']), {}, { x: { dtype: 'float32', shape: manySizes } }),
      'refused',
    ],
    [
      'with a size of a million parentheses',
      () => file(one('Relu', ['x']), {}, { x: { dtype: 'float32', shape: ['('.repeat(1e6)] } }),
      'read',
    ],
    [
      'with a size of 100,000 factors',
      () =>
        file(
          one('Relu', ['x']),
          {},
          { x: { dtype: 'float32', shape: [Array(1e5).fill('a').join('*')] } },
        ),
      'read',
    ],
    [
      'that asks for 2^40 zeros',
      () => file(one('ConstantOfShape', ['s']), { s: whole(huge) }),
      'read',
    ],
    [
      'that asks for 2^80 zeros',
      () => file(one('ConstantOfShape', ['s']), { s: whole(huge, huge) }),
      'read',
    ],
    [
      'that repeats 2^40 times',
      () => file(one('Tile', ['x', 's']), { s: whole(huge, huge) }),
      'read',
    ],
    [
      'that pads by 2^40',
      () => file(one('Pad', ['x', 's']), { s: whole(0, 0, huge, huge) }),
      'read',
    ],
    [
      'that counts to 2^40',
      () =>
        file(one('Range', ['a', 'b', 'c']), {
          a: hostTensor('int64', [], [0]),
          b: hostTensor('int64', [], BigInt64Array.of(BigInt(huge))),
          c: hostTensor('int64', [], [3]),
        }),
      'read',
    ],
    [
      'that loops 2^40 times',
      () =>
        file(
          [
            {
              opType: 'Loop',
              input: ['s', '', 'x'],
              output: ['y'],
              attribute: [
                {
                  name: 'body',
                  type: AttributeType.GRAPH,
                  g: {
                    input: [{ name: 'i' }, { name: 'on' }, { name: 'v' }],
                    node: [{ opType: 'Relu', input: ['v'], output: ['w'] }],
                    output: [{ name: 'on' }, { name: 'w' }],
                  },
                },
              ],
            },
          ],
          { s: whole(huge) },
        ),
      'read',
    ],
    [
      'with 5,000 paddings by what lies at the edge',
      () =>
        file(
          chain(5000, 'Pad', 'x', 's').map((node): NodeInit => {
            const s = new TextEncoder().encode('edge');
            return {
              ...(node as object),
              attribute: [{ name: 'mode', type: AttributeType.STRING, s }],
            };
          }),
          { s: whole(0, 9, 0, 9) },
        ),
      'read',
    ],
    [
      'with a kernel of 2^40',
      () =>
        file(
          one('MaxPool', ['x'], [ints('kernel_shape', huge, huge)]),
          {},
          {
            x: { dtype: 'float32', shape: ['n', 2, 'h', 'w'] },
          },
        ),
      'read',
    ],
    [
      'that reduces axes that it has not',
      () => file(one('ReduceSum', ['x', 's']), { s: whole(7) }),
      'refused',
    ],
    [
      'that transposes axes that it has not',
      () => file(one('Transpose', ['x'], [ints('perm', 0, 9)])),
      'refused',
    ],
  ])(
    '%s is met in little time and memory',
    (_what, bytes, verdict) => {
      expect(judge(bytes(), memoryInUse)).toBe(verdict);
    },
    60_000,
  );
});
