import { type HostTensor, hostTensor, leaves, Rng } from '@limbeck/core';
import {
  createContext,
  grad,
  input,
  inputsFor,
  interpret,
  modelFromOnnx,
  type NamedTensors,
  specsOf,
  tapped,
  type Tensor,
} from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { fileOf, float } from './files.js';

type In = { readonly pixels: Tensor };
type Out = { readonly logits: Tensor };

const vector = (...values: number[]): HostTensor => hostTensor('float32', [values.length], values);

/** A batch norm behind a product, as PyTorch names it. */
const bytes = fileOf({
  inputs: { x: { dtype: 'float32', shape: ['batch', 2] } },
  initialisers: {
    'onnx::MatMul_7': hostTensor('float32', [2, 2], [1, 2, 3, 4]),
    'norm.weight': vector(1, 2),
    'norm.bias': vector(0, 1),
    'norm.running_mean': vector(1, -1),
    'norm.running_var': vector(4, 9),
  },
  nodes: [
    { opType: 'MatMul', name: '/head/MatMul', input: ['x', 'onnx::MatMul_7'], output: ['h'] },
    {
      opType: 'BatchNormalization',
      name: '/norm/BatchNormalization',
      input: ['h', 'norm.weight', 'norm.bias', 'norm.running_mean', 'norm.running_var'],
      output: ['y'],
      attribute: [float('epsilon', 0), float('momentum', 0.75)],
    },
  ],
  outputs: ['y'],
});

const options = { inputs: { pixels: 'x' }, outputs: { logits: 'y' } } as const;
const model = modelFromOnnx<In, Out>(bytes, options);
const values = model.init(Rng.from(1));
const feeds = { pixels: hostTensor('float32', [2, 2], [1, 0, 0, 1]) };

function apply(training: boolean, edits: { [name: string]: (value: Tensor) => Tensor } = {}) {
  const tree = inputsFor<{ parameters: NamedTensors; state: NamedTensors }>(
    specsOf(values) as never,
    'v',
  );
  const pixels = input('pixels', model.inputs.pixels);
  const { result, tap } = tapped(createContext({ training }), edits, (context) =>
    model.apply({ ...tree, inputs: { pixels }, context }),
  );
  const given = Object.fromEntries(
    leaves<HostTensor>(values).map(([path, value]) => [`v/${path}`, value]),
  );
  const evaluate = (tensor: Tensor): number[] => [
    ...(interpret({ tensor }, { ...feeds, ...given }).tensor.data as Float64Array),
  ];
  return { ...result, tap, evaluate, tree };
}

function expectNear(given: readonly number[], expected: readonly number[]): void {
  expect(given).toHaveLength(expected.length);
  given.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
}

describe('modelFromOnnx', () => {
  test('is a model with the names that the caller gives, and flat parameters and state', () => {
    expect(model.inputs).toEqual({ pixels: { dtype: 'float32', shape: ['batch', 2] } });
    expect(Object.keys(values.parameters)).toEqual(['head.weight', 'norm.weight', 'norm.bias']);
    expect(values.state).toEqual({
      'norm.running_mean': vector(1, -1),
      'norm.running_var': vector(4, 9),
    });
    expect(model.fileNames['head.weight']).toBe('onnx::MatMul_7');
    expect(model.config).toMatchObject({ model_type: 'onnx', inputs: { pixels: 'x' } });
    // In memory of their own: what one caller trains, another does not see.
    values.parameters['norm.bias']!.data[0] = 7;
    expect(model.init(Rng.from(1)).parameters['norm.bias']).toEqual(vector(0, 1));
    values.parameters['norm.bias']!.data[0] = 0;
  });

  test('uses running statistics outside of training, and leaves them', () => {
    const { outputs, state, evaluate, tree } = apply(false);
    // Rows [1, 2] and [3, 4]: (h − μ) / σ · γ + β.
    expectNear(evaluate(outputs.logits), [0, 3, 1, (5 / 3) * 2 + 1]);
    expect(state).toEqual(tree.state);
  });

  test('uses the statistics of the batch in training, and moves the running ones', () => {
    const { outputs, state, evaluate } = apply(true);
    // Means 2 and 3, variances 1: normalised to −1 and 1.
    expect(evaluate(outputs.logits)).toEqual([-1, -1, 1, 3]);
    expect(evaluate(state['norm.running_mean']!)).toEqual([0.75 + 0.5, -0.75 + 0.75]);
    expect(evaluate(state['norm.running_var']!)).toEqual([3 + 0.25, 6.75 + 0.25]);
  });

  test('taps every node under its path, and takes what the caller puts there', () => {
    expect(model.taps).toEqual(['head/MatMul', 'norm/BatchNormalization']);
    const { outputs, tap, evaluate } = apply(false, { 'head/MatMul': (value) => value.mul(2) });
    expect(evaluate(tap('head/MatMul'))).toEqual([2, 4, 6, 8]);
    expectNear(evaluate(outputs.logits), [0.5, (5 / 3) * 2 + 1, 2.5, 7]);
  });

  test('gives values inside the graph as outputs, and leaves out what they do not need', () => {
    const inner = modelFromOnnx<In, { tapped: Tensor; named: Tensor }>(bytes, {
      inputs: { pixels: 'x' },
      outputs: { tapped: 'head/MatMul', named: 'h' },
    });
    const fresh = inner.init(Rng.from(1));
    expect(Object.keys(fresh.parameters)).toEqual(['head.weight']);
    expect(fresh.state).toEqual({});
    expect(inner.taps).toEqual(['head/MatMul']);
    const { outputs } = inner.apply({
      parameters: { 'head.weight': input('w', { dtype: 'float32', shape: [2, 2] }) },
      state: {},
      inputs: { pixels: input('pixels', model.inputs.pixels) },
      context: createContext({ training: false }),
    });
    expect(outputs.tapped).toBe(outputs.named);
  });

  test('has gradients by its parameters, and sizes of the batch that it is given', () => {
    const parameters = inputsFor<never>(specsOf(values.parameters) as never, 'p');
    const state = inputsFor<never>(specsOf(values.state) as never, 's');
    const pixels = input('pixels', { dtype: 'float32', shape: [8, 2] });
    const context = createContext({ training: true });
    const { outputs } = model.apply({ parameters, state, inputs: { pixels }, context });
    expect(outputs.logits.shape).toEqual([8, 2]);
    const by = grad(
      outputs.logits.square().sum(),
      leaves<Tensor>(parameters).map(([, tensor]) => tensor),
    );
    expect(by.map(({ shape }) => shape)).toEqual([[2, 2], [2], [2]]);
  });

  test.each([
    [{ inputs: { pixels: 'z' } }, 'unknown-name', 'the input "z"'],
    [{ inputs: {} }, 'unknown-name', 'nothing for the input "x"'],
    [{ outputs: { logits: 'nowhere' } }, 'unknown-name', 'the tap "nowhere"'],
  ])('refuses names that the file does not have: %j', (wrong, code, given) => {
    expect(() => modelFromOnnx(bytes, wrong as never)).toThrow(
      expect.objectContaining({ code, given }),
    );
  });

  test.each([
    [{ dtype: 'float64', shape: ['batch', 2] } as const, 'dtype-mismatch'],
    [{ dtype: 'float32', shape: ['batch', 3] } as const, 'shape-mismatch'],
    [{ dtype: 'float32', shape: [2] } as const, 'shape-mismatch'],
  ])('refuses %j as input', (spec, code) => {
    const context = createContext({ training: false });
    const inputs = { pixels: input('pixels', spec) };
    expect(() => model.apply({ parameters: {}, state: {}, inputs, context })).toThrow(
      expect.objectContaining({ code, where: 'modelFromOnnx, input "pixels"' }),
    );
  });

  test('says which parameter is missing', () => {
    const inputs = { pixels: input('pixels', model.inputs.pixels) };
    const context = createContext({ training: false });
    expect(() => model.apply({ parameters: {}, state: {}, inputs, context })).toThrow(
      expect.objectContaining({ code: 'missing-signal', given: 'no parameter "head.weight"' }),
    );
  });
});
