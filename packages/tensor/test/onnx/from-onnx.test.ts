import { fc, test } from '@fast-check/vitest';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type HostTensor, hostTensor } from '@limbeck/core';
import { describe, expect } from 'vitest';
import { input } from '../../src/functions.js';
import { grad } from '../../src/graph/grad.js';
import { interpret } from '../../src/graph/interpret.js';
import { simplify } from '../../src/graph/simplify.js';
import { encodeModel } from '../../src/onnx/codec.js';
import { fromOnnx } from '../../src/onnx/from-onnx.js';
import {
  AttributeProto_AttributeType as AttributeType,
  type NodeProtoSchema,
} from '../../src/onnx/gen/onnx_pb.js';
import { tensorToProto } from '../../src/onnx/tensor-data.js';
import { toOnnx } from '../../src/onnx/to-onnx.js';
import { specsOf } from '../../src/model.js';
import { inScope } from '../../src/scope.js';
import type { Tensor } from '../../src/tensor.js';
import { allCases } from '../support/operator-cases.js';
import { randomGraphs } from '../support/random-graphs.js';
import { inputsOf, type Trial } from '../support/trial.js';

type NodeInit = MessageInitShape<typeof NodeProtoSchema>;

function named(tensors: readonly Tensor[]): { readonly [name: string]: Tensor } {
  return Object.fromEntries(tensors.map((tensor, i) => [`out${i}`, tensor]));
}

/** Values equal but for the rounding of attributes and constants to float32. */
function expectClose(given: HostTensor, expected: HostTensor, bound: number): void {
  expect([given.dtype, given.shape]).toEqual([expected.dtype, expected.shape]);
  expected.data.forEach((value: number | bigint, i: number) => {
    const [a, b] = [Number(given.data[i]), Number(value)];
    if (Object.is(a, b) || Math.abs(a - b) <= bound * Math.max(1, Math.abs(b))) return;
    expect.fail(`element ${i} is ${a} instead of ${b}`);
  });
}

function expectRoundTrip(trial: Trial, portable: boolean, bound = 1e-9): void {
  const inputs = inputsOf(trial);
  const outputs = simplify(named(trial.build(inputs)));
  // The sizes of an input may be needed where its values are not.
  const { bytes } = toOnnx({ ...outputs }, { inputs: trial.specs, portable });
  const back = fromOnnx(bytes);
  expect(specsOf(back.inputs)).toEqual(specsOf(trial.specs));
  const expected = interpret({ ...inputs, ...outputs }, trial.feeds);
  const given = interpret(
    { ...back.inputs, ...back.outputs },
    { ...trial.feeds, ...back.parameters },
  );
  for (const name of Object.keys(outputs)) {
    // Shapes are computed by nodes in the file, and must come back as names.
    expect(back.outputs[name]!.shape).toEqual(outputs[name]!.shape);
    expectClose(given[name]!, expected[name]!, bound);
  }
}

/** Operators that are written with constants of their own, which float32 rounds: how close they come back. */
const bounds: { readonly [operator: string]: number } = { geluSlope: 1e-7, resizeMatrix: 1e-5 };

describe('fromOnnx', () => {
  test.prop([randomGraphs, fc.boolean()], { numRuns: 400, seed: 3 })(
    'gives back what toOnnx wrote, over random graphs',
    (trial, portable) => expectRoundTrip(trial, portable),
  );

  test.each(Object.entries(allCases))('gives back %s', (name, arbitrary) => {
    const back = (trial: Trial, portable: boolean): void =>
      expectRoundTrip(trial, portable, bounds[name]);
    fc.assert(fc.property(arbitrary, fc.boolean(), back), { numRuns: 25, seed: 4 });
  });

  test('gives back weights as parameters, and what was computed from shapes as names', () => {
    const x = input('x', { dtype: 'float32', shape: ['batch', 'tokens', 2] });
    const w = input('layer/weight', { dtype: 'float32', shape: [2, 3] });
    const b = input('layer/bias', { dtype: 'float32', shape: [3] });
    const y = inScope('layer', () => x.affine(w, b)).mul(0.5);
    const weight = hostTensor('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
    const bias = hostTensor('float32', [3], [1, 1, 1]);
    const graph = toOnnx({ y }, { initialisers: { 'layer/weight': weight, 'layer/bias': bias } });
    const back = fromOnnx(graph.bytes);

    expect(Object.keys(back.inputs)).toEqual(['x']);
    // The 0.5 is no parameter.
    expect(back.parameters).toEqual({ 'layer/weight': weight, 'layer/bias': bias });
    expect(back.outputs.y!.shape).toEqual(['batch', 'tokens', 3]);
    const gradients = grad(back.outputs.y!.sum(), Object.values(back.parameterTensors));
    expect(gradients.map(({ shape }) => shape)).toEqual([[2, 3], [3]]);
    // Read and written again, it is the same file.
    const again = toOnnx(back.outputs, { initialisers: back.parameters });
    expect(again.bytes).toEqual(graph.bytes);
  });

  test('lists every operator that it cannot read, in one error', () => {
    const bytes = file([
      { opType: 'NonMaxSuppression', input: ['x'], output: ['a'] },
      { opType: 'SequenceAt', input: ['a'], output: ['b'] },
      { opType: 'SequenceAt', input: ['b'], output: ['c'] },
      { opType: 'Relu', domain: 'com.example', input: ['c'], output: ['y'] },
    ]);
    expect(() => fromOnnx(bytes)).toThrow(
      expect.objectContaining({
        code: 'unknown-operator',
        given: 'NonMaxSuppression (1), SequenceAt (2), com.example.Relu (1)',
      }),
    );
  });

  test('refuses a known operator in a use that it does not know', () => {
    const bytes = file([
      {
        opType: 'Pad',
        input: ['x', 'amounts'],
        output: ['y'],
        attribute: [text('mode', 'mirror')],
      },
    ]);
    expect(() => fromOnnx(bytes)).toThrow(
      expect.objectContaining({
        code: 'unknown-operator',
        given: 'Pad "" with mode mirror',
      }),
    );
  });

  test('refuses an older operator set, whose operators mean something else', () => {
    expect(() => fromOnnx(file([{ opType: 'Relu', input: ['x'], output: ['y'] }], 6n))).toThrow(
      expect.objectContaining({ code: 'unknown-operator', given: 'operators of opset 6' }),
    );
  });

  test.each([
    ['a cycle', [add('y', 'z', 'z'), add('z', 'y', 'x')], 'cycle'],
    ['a node that reads itself', [add('y', 'y', 'x')], 'cycle'],
    ['a missing value', [add('y', 'nowhere', 'x')], 'nowhere'],
    ['a value made twice', [add('y', 'x', 'x'), add('y', 'x', 'x')], 'two values named "y"'],
    [
      'an output that an initialiser has',
      [add('amounts', 'x', 'x'), add('y', 'x', 'x')],
      'amounts',
    ],
    ['an output that nothing makes', [add('z', 'x', 'x')], 'the output "y"'],
    ['a node without its input', [{ opType: 'Add', input: ['x'], output: ['y'] }], 'input 1'],
    [
      'more outputs than there are',
      [{ opType: 'Relu', input: ['x'], output: ['y', 'z'] }],
      'output 1',
    ],
  ])('refuses %s', (_what, nodes, given) => {
    expect(() => fromOnnx(file(nodes))).toThrow(
      expect.objectContaining({ code: 'corrupt-onnx', given: expect.stringContaining(given) }),
    );
  });

  test('puts nodes in order', () => {
    const { outputs } = fromOnnx(file([add('y', 'z', 'x'), add('z', 'x', 'x')]));
    const out = interpret(outputs, { x: hostTensor('float64', [2], [1, 2]) });
    expect([...out.y!.data]).toEqual([3, 6]);
  });

  test('makes names of sizes that are no expressions', () => {
    const { inputs } = fromOnnx(file([add('y', 'x', 'x')], 21n, 'batch size!'));
    expect(inputs.x!.shape).toEqual(['batch_size_']);
  });
});

function add(out: string, ...from: string[]): NodeInit {
  return { opType: 'Add', input: from, output: [out] };
}

function text(name: string, value: string) {
  return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
}

/** A file with these nodes, an input x, an initialiser of pads and an output y. */
function file(node: readonly NodeInit[], version = 21n, size = 'n'): Uint8Array {
  const shape = { dim: [{ value: { case: 'dimParam' as const, value: size } }] };
  const type = { value: { case: 'tensorType' as const, value: { elemType: 1, shape } } };
  const amounts = tensorToProto(hostTensor('int64', [2], [1, 1]), 'amounts');
  return encodeModel({
    opsetImport: [{ domain: '', version }],
    graph: {
      node: [...node],
      initializer: [amounts],
      input: [{ name: 'x', type }],
      output: [{ name: 'y', type }],
    },
  });
}
