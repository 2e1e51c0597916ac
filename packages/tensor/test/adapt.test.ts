import { type HostTensor, hostTensor, type HostTree, leaves, Rng } from '@limbeck/core';
import {
  adapt,
  createContext,
  dropLayers,
  grad,
  input,
  inputsFor,
  interpret,
  mapLayers,
  type Model,
  specsOf,
  type Tensor,
} from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';

type Parameters = { readonly first: Tensor; readonly bias: Tensor; readonly second: Tensor };
type Inputs = { readonly x: Tensor };

const draw = (rng: Rng, ...shape: number[]): HostTensor =>
  hostTensor(
    'float32',
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
  );

/** Two matrices with tanh between them. */
const model: Model<Inputs, { readonly y: Tensor }, Parameters> = {
  config: { model_type: 'two' },
  inputs: { x: { dtype: 'float32', shape: ['batch', 4] } },
  init: (rng) => ({
    parameters: { first: draw(rng, 4, 6), bias: draw(rng, 6), second: draw(rng, 6, 3) },
    state: {},
  }),
  apply: ({ parameters: { first, bias, second }, inputs: { x }, state }) => ({
    outputs: { y: x.affine(first, bias).tanh().matmul(second) },
    state,
  }),
};

const feeds = { x: draw(Rng.from(3), 5, 4) };

/** What a model computes with values at hand. */
function run<P, S>(
  made: Model<Inputs, { readonly y: Tensor }, never, never>,
  values: { readonly parameters: HostTree<P>; readonly state: HostTree<S> },
): number[] {
  const tree = inputsFor(specsOf(values), 'v') as unknown as { parameters: never; state: never };
  const { outputs } = made.apply({
    ...tree,
    inputs: { x: input('x', model.inputs.x) },
    context: createContext({ training: false }),
  });
  const given = Object.fromEntries(
    leaves<HostTensor>(values).map(([path, value]) => [`v/${path}`, value]),
  );
  return [...(interpret({ y: outputs.y }, { ...feeds, ...given }).y.data as Float64Array)];
}

/** Adapters that are no longer zero, as after training. */
function moved<T extends { readonly parameters: unknown }>(values: T): T {
  const rng = Rng.from(9);
  const parameters = Object.fromEntries(
    Object.entries(
      values.parameters as { [path: string]: { down: HostTensor; up: HostTensor } },
    ).map(([path, { down, up }]) => [path, { down, up: draw(rng, ...up.shape) }]),
  );
  return { ...values, parameters };
}

describe('adapt', () => {
  test('starts as the model itself, and learns the adapters alone', () => {
    const adapted = adapt(model, { rank: 2, match: 'first' });
    const values = adapted.init(Rng.from(1));
    expect(Object.keys(values.parameters)).toEqual(['first']);
    expect(specsOf(values.parameters)).toEqual({
      first: {
        down: { dtype: 'float32', shape: [4, 2] },
        up: { dtype: 'float32', shape: [2, 6] },
      },
    });
    const base = model.init(Rng.from(1).stream('base'));
    expect(run(adapted as never, values)).toEqual(run(model as never, base));
    // The weights of the model are state: nothing else is a parameter.
    expect(values.state).toEqual({ base: base.parameters, model: {} });
  });

  test('merged and unmerged give the same, and alpha counts', () => {
    for (const alpha of [1, 6]) {
      const adapted = adapt(model, { rank: 3, match: /^(first|second)$/g, alpha });
      const values = moved(adapted.init(Rng.from(1)));
      const apart = run(adapted as never, values);
      const merged = adapted.merge(values);
      run(model as never, merged).forEach((value, i) => expect(value).toBeCloseTo(apart[i]!, 5));
      // (α/r) (A B) by hand, at one element of the first matrix.
      const { down, up } = values.parameters['first']!;
      const product = [0, 1, 2].reduce(
        (total, k) => total + Number(down.data[k]) * Number(up.data[k * 6]),
        0,
      );
      const before = Number(values.state.base.first.data[0]);
      expect(Number(merged.parameters.first.data[0])).toBeCloseTo(
        before + (alpha / 3) * product,
        5,
      );
    }
  });

  test('leaves vectors alone, takes kernels as matrices, and gives gradients to both factors', () => {
    const adapted = adapt(model, { rank: 1 });
    const values = moved(adapted.init(Rng.from(1)));
    expect(Object.keys(values.parameters)).toEqual(['first', 'second']);
    const parameters = inputsFor<never>(specsOf(values.parameters) as never, 'p');
    const state = inputsFor<never>(specsOf(values.state) as never, 's');
    const { outputs } = adapted.apply({
      parameters,
      state,
      inputs: { x: input('x', model.inputs.x) },
      context: createContext({ training: true }),
    });
    const all = leaves<Tensor>(parameters);
    const given = grad(
      outputs.y.square().sum(),
      all.map(([, tensor]) => tensor),
    );
    const named = Object.fromEntries(given.map((g, i) => [all[i]![0], g]));
    const fed = Object.fromEntries([
      ...leaves<HostTensor>(values.parameters).map(([path, v]) => [`p/${path}`, v]),
      ...leaves<HostTensor>(values.state).map(([path, v]) => [`s/${path}`, v]),
    ]) as { [name: string]: HostTensor };
    for (const value of Object.values(interpret(named, { ...feeds, ...fed }))) {
      expect(Math.max(...Array.from(value.data as Float64Array, Math.abs))).toBeGreaterThan(0);
    }

    const kernels = {
      ...model,
      init: () => ({ parameters: { kernel: draw(Rng.from(1), 5, 2, 3, 3) }, state: {} }),
    } as unknown as Model<Inputs, { y: Tensor }, { kernel: Tensor }>;
    const made = adapt(kernels, { rank: 2 }).init(Rng.from(1));
    expect(made.parameters['kernel']!.down.shape).toEqual([5, 2]);
    expect(made.parameters['kernel']!.up.shape).toEqual([2, 18]);
  });

  test('has a rank for each matrix where a rule says so, and scales each by its own', () => {
    const rank = (path: string, shape: readonly number[]): number =>
      path === 'first' ? shape[0]! : 1;
    const adapted = adapt(model, { rank, alpha: 2 });
    const values = moved(adapted.init(Rng.from(1)));
    expect(values.parameters['first']!.down.shape).toEqual([4, 4]);
    expect(values.parameters['second']!.down.shape).toEqual([6, 1]);
    const apart = run(adapted as never, values);
    const merged = run(model as never, adapted.merge(values));
    merged.forEach((value, i) => expect(value).toBeCloseTo(apart[i]!, 5));
    expect(() => adapt(model, { rank: () => 0 }).init(Rng.from(1))).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });

  test('draws the same adapters for the same seed', () => {
    const adapted = adapt(model, { rank: 2 });
    expect(adapted.init(Rng.from(4))).toEqual(adapted.init(Rng.from(4)));
    expect(adapted.init(Rng.from(4))).not.toEqual(adapted.init(Rng.from(5)));
  });

  test.each([
    [{ rank: 0 }, 'rank'],
    [{ rank: 1.5 }, 'rank'],
    [{ rank: 2, alpha: 0 }, 'alpha'],
  ])('refuses %j', (options, given) => {
    expect(() => adapt(model, options)).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        given: expect.stringContaining(given),
      }),
    );
  });

  test('says which matrices there are when none matches', () => {
    expect(() => adapt(model, { rank: 2, match: 'third' }).init(Rng.from(1))).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        expected: expect.stringContaining('first, second'),
      }),
    );
  });
});

const one = (value: number): HostTensor => hostTensor('float32', [2], [value, value + 1]);
const layer = (value: number) => ({ query: one(value), inner: { '7': one(value + 5) } });
const deep = { embedding: one(-1), layers: [layer(0), layer(10), layer(20), layer(30)] };
const shallow = { embedding: one(100), layers: [layer(200), layer(300)] };

describe('mapLayers', () => {
  test('starts each layer from the one named for it', () => {
    const start = mapLayers(shallow, deep, { layers: [1, 3] });
    expect(start).toEqual({ embedding: one(-1), layers: [layer(10), layer(30)] });
    // In memory of its own.
    expect(start.embedding.data).not.toBe(deep.embedding.data);
  });

  test('takes a layer twice, leaves one fresh, and reads flat paths', () => {
    const flat = { 'L.0.w': one(0), 'L.1.w': one(10), 'L.2.w': one(20) };
    const source = { 'L.0.w': one(5), 'L.1.w': one(6) };
    expect(mapLayers(flat, source, { layers: [1, 'fresh', 1] })).toEqual({
      'L.0.w': one(6),
      'L.1.w': one(10),
      'L.2.w': one(6),
    });
  });

  test('finds layers by a pattern', () => {
    const numbered = { '0/w': one(1), 'block2/w': one(2) };
    const from = { '0/w': one(3), 'block5/w': one(4) };
    const layers = [0, 1, 5] as const;
    expect(mapLayers(numbered, from, { layers, pattern: /block(\d+)/g })).toEqual({
      '0/w': one(3),
      'block2/w': one(4),
    });
  });

  test('refuses a layer without a source, a path that is not there, and values that do not fit', () => {
    expect(() => mapLayers(deep, shallow, { layers: [0, 1] })).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        given: expect.stringContaining('layer 2, at "layers/2/query"'),
      }),
    );
    expect(() => mapLayers(shallow, deep, { layers: [0, 9] })).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        given: expect.stringContaining('"layers/9/query", for "layers/1/query"'),
      }),
    );
    const wide = { embedding: hostTensor('float32', [3], [1, 2, 3]) };
    expect(() => mapLayers(wide, deep, { layers: [] })).toThrow(
      expect.objectContaining({ code: 'shape-mismatch', expected: 'float32 [3]' }),
    );
    const whole = { embedding: hostTensor('int64', [2], [1, 2]) };
    expect(() => mapLayers(whole, deep, { layers: [] })).toThrow(
      expect.objectContaining({ code: 'dtype-mismatch', expected: 'int64 [2]' }),
    );
  });
});

describe('dropLayers', () => {
  test('keeps layers and numbers them anew', () => {
    const flat = dropLayers(deep, [3, 0]);
    expect(flat).toEqual({
      embedding: one(-1),
      'layers/0/query': one(30),
      'layers/0/inner/7': one(35),
      'layers/1/query': one(0),
      'layers/1/inner/7': one(5),
    });
    expect(mapLayers(shallow, flat, { layers: [0, 1] }).layers[1]).toEqual(layer(0));
  });

  test('refuses a layer that is not there', () => {
    expect(() => dropLayers(deep, [1, 4])).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        given: 'layer 4',
        expected: 'one of 0, 1, 2, 3',
      }),
    );
  });
});
