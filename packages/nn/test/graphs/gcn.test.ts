import { hostTensor, type HostTensor, leaves, Rng } from '@limbeck/core';
import { test as property, fc } from '@fast-check/vitest';
import {
  countParameters,
  gcn,
  type GcnParameters,
  type GraphInputs,
  graphNeighbours,
  propagate,
  sparseFeatures,
} from '@limbeck/nn';
import {
  type Context,
  createContext,
  grad,
  input,
  inputsFor,
  interpret,
  type Tensor,
  tapped,
} from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import golden from '../golden/gcn.json' with { type: 'json' };
import { onRuntime } from '../support/built.js';
import { gap } from '../support/onnx-weights.js';
import { contextOf, numbers } from '../support/run-model.js';

const matrix = (rows: readonly (readonly number[])[]): HostTensor =>
  hostTensor('float32', [rows.length, rows[0]!.length], rows.flat());
const edgesOf = (pairs: readonly (readonly number[])[]) => ({
  sources: Int32Array.from(pairs, ([source]) => source!),
  targets: Int32Array.from(pairs, ([, target]) => target!),
});
const nodes = golden.features.length;
const parameters = {
  layers: golden.weights.map((weight, i) => ({
    weight: matrix(weight),
    bias: hostTensor('float32', [golden.biases[i]!.length], golden.biases[i]!),
  })),
};
const graph = {
  features: matrix(golden.features),
  ...graphNeighbours(edgesOf(golden.edges), nodes),
};

/** The model on the golden graph, and what to feed. */
function built(context: Context = createContext({ training: false })) {
  const model = gcn({ width: 3, layers: [4, 2], dropout: 0.5 });
  const own = inputsFor<GcnParameters>(model.parameterSpecs, 'p');
  const inputs = inputsFor<GraphInputs>(model.inputs, 'g');
  const { outputs } = model.apply({ parameters: own, inputs, state: {}, context });
  const feeds = {
    ...Object.fromEntries(leaves<HostTensor>(parameters, 'p')),
    ...Object.fromEntries(leaves<HostTensor>(graph, 'g')),
    seed: hostTensor('uint32', [], [7]),
    draw: hostTensor('uint32', [], [0]),
  };
  return { outputs, feeds, own };
}

describe('gcn', () => {
  test('agrees with dense matrices in plain Python', () => {
    const { outputs, feeds } = built();
    golden.layers.forEach((expected, i) => {
      expect(gap(numbers(outputs.layers[i]!, feeds), expected.flat())).toBeLessThan(1e-6);
    });
    expect(outputs.logits).toBe(outputs.layers[1]);
  });

  test('has the gradient of central differences by every parameter', () => {
    const { outputs, feeds, own } = built();
    const loss = outputs.logits.sin().sum();
    const paths = leaves<Tensor>(own, 'p');
    const gradients = grad(
      loss,
      paths.map(([, tensor]) => tensor),
    );
    paths.forEach(([path], i) => {
      const exact = numbers(gradients[i]!, feeds);
      const value = feeds[path as keyof typeof feeds] as HostTensor;
      const at = (element: number, by: number): number => {
        const data = Float64Array.from(value.data as Float32Array);
        data[element]! += by;
        return numbers(loss, { ...feeds, [path]: { ...value, dtype: 'float64', data } })[0]!;
      };
      exact.forEach((slope, element) => {
        const differences = (at(element, 1e-4) - at(element, -1e-4)) / 2e-4;
        expect(slope).toBeCloseTo(differences, 6);
      });
    });
  });

  test('drops inputs of layers in training alone', () => {
    const still = built(contextOf(false));
    const training = built(contextOf(true));
    expect(numbers(training.outputs.logits, training.feeds)).not.toEqual(
      numbers(still.outputs.logits, still.feeds),
    );
  });

  test('lets its layers be edited before the ReLU', () => {
    const edited = tapped(
      createContext({ training: false }),
      { 'layers/0': (value) => value.mul(0) },
      built,
    );
    const values = numbers(edited.result.outputs.logits, edited.result.feeds);
    expect(values[0]).toBeCloseTo(golden.biases[1]![0]!, 9);
    expect(edited.tap('layers/1').shape).toEqual(['nodes', 2]);
  });

  test('takes sparse features, and gives what dense ones give, on ONNX Runtime too', async () => {
    const entries = golden.features.flatMap((row, r) =>
      row.map((value, c) => [r, c, value] as const),
    );
    const stored = entries.filter(([, , value]) => value !== 0);
    const matrix = {
      rows: nodes,
      columns: 3,
      starts: Int32Array.from(
        { length: nodes + 1 },
        (_, row) => stored.filter(([r]) => r < row).length,
      ),
      indices: Int32Array.from(stored, ([, column]) => column),
      values: Float32Array.from(stored, ([, , value]) => value),
    };
    const model = gcn({ width: 3, layers: [4, 2], sparse: true });
    const own = inputsFor<GcnParameters>(model.parameterSpecs, 'p');
    const inputs = inputsFor<GraphInputs>(model.inputs, 'g');
    const { outputs } = model.apply({
      parameters: own,
      inputs,
      state: {},
      context: createContext({ training: false }),
    });
    const { feeds } = built();
    const fed = {
      ...feeds,
      ...Object.fromEntries(
        leaves<HostTensor>({ ...graph, features: sparseFeatures(matrix) }, 'g'),
      ),
    };
    const [slope] = grad(outputs.logits.sin().sum(), [own.layers[0]!.weight]);
    const both = await onRuntime({ logits: outputs.logits, slope: slope! }, fed);
    expect(gap(both['logits']!.data, golden.layers[1]!.flat())).toBeLessThan(1e-6);
    const dense = built();
    const [expected] = grad(dense.outputs.logits.sin().sum(), [dense.own.layers[0]!.weight]);
    expect(gap(both['slope']!.data, numbers(expected!, dense.feeds))).toBeLessThan(1e-5);

    const scaled = sparseFeatures(
      { ...matrix, values: matrix.values.map(Math.abs) },
      { normalise: true },
    );
    const sums = new Float64Array(nodes);
    scaled.values.data.forEach((value, i) => (sums[scaled.plan.rows.data[i]!]! += value));
    for (const sum of sums) expect(sum).toBeCloseTo(1, 6);
    expect(new Set(sparseFeatures(matrix, { binary: true }).values.data)).toEqual(new Set([1]));
    const empty = { ...matrix, values: matrix.values.map(() => 0) };
    expect(new Set(sparseFeatures(empty, { normalise: true }).values.data)).toEqual(new Set([0]));
  });

  test('has the parameters of the paper’s model of Cora', () => {
    const model = gcn({ width: 1433, layers: [16, 7] });
    expect(countParameters(model.parameterSpecs)).toBe(1433 * 16 + 16 + 16 * 7 + 7);
    const { parameters: fresh } = model.init(Rng.from(0));
    expect(leaves(fresh).map(([path]) => path)).toEqual([
      'layers/0/weight',
      'layers/0/bias',
      'layers/1/weight',
      'layers/1/bias',
    ]);
  });

  test.each([
    [{ width: 0, layers: [2] }, 'width 0'],
    [{ width: 2, layers: [] }, 'layers 0'],
    [{ width: 2, layers: [0] }, 'layers 0'],
    [{ width: 2, layers: [2], dropout: 1 }, 'dropout 1'],
  ])('refuses %j', (options, given) => {
    expect(() => gcn(options)).toThrow(
      expect.objectContaining({ code: 'invalid-option', given }) as Error,
    );
  });
});

describe('graphNeighbours', () => {
  const pairs = fc
    .uniqueArray(fc.tuple(fc.nat(9), fc.nat(9)), {
      selector: ([a, b]) => Math.min(a, b) * 10 + Math.max(a, b),
    })
    .map((all) => all.filter(([a, b]) => a !== b));

  property.prop([pairs])('sums as D^(−½) (A + I) D^(−½) does', (edges) => {
    const inputs = inputsFor<GraphInputs>(gcn({ width: 10, layers: [1] }).inputs, 'g');
    const x = input('x', { dtype: 'float32', shape: ['nodes', 10] });
    const identity = Array.from({ length: 10 }, (_, i) =>
      Array.from({ length: 10 }, (__, j) => Number(i === j)),
    );
    const dense = identity.map((row) => [...row]);
    for (const [a, b] of edges) dense[a]![b] = dense[b]![a] = 1;
    const degrees = dense.map((row) => row.reduce((sum, one) => sum + one, 0));
    const feeds = {
      x: matrix(identity),
      ...Object.fromEntries(leaves<HostTensor>(graphNeighbours(edgesOf(edges), 10), 'g')),
    };
    const { y } = interpret({ y: propagate(x, inputs) }, feeds);
    dense.forEach((row, i) =>
      row.forEach((one, j) => {
        expect(Number(y.data[i * 10 + j])).toBeCloseTo(
          one / Math.sqrt(degrees[i]! * degrees[j]!),
          6,
        );
      }),
    );
  });

  test.each([
    ['invalid-data', [[0, 3]], 'the edge 0 to 3'],
    ['invalid-data', [[-1, 2]], 'the edge -1 to 2'],
    ['invalid-data', [[1, 1]], 'the edge 1 to 1'],
    [
      'invalid-data',
      [
        [0, 1],
        [1, 0],
      ],
      'the edge 1 to 0 twice',
    ],
  ])('refuses %s', (code, edges, given) => {
    expect(() => graphNeighbours(edgesOf(edges), 3)).toThrow(
      expect.objectContaining({ code, given }) as Error,
    );
  });

  test.each([
    ['too few starts', [0, 2], [0, 1], 2],
    ['starts that fall', [0, 2, 1, 2], [0, 1], 2],
    ['starts that end early', [0, 1, 1, 1], [0, 1], 2],
    ['too few values', [0, 1, 1, 2], [0, 1], 1],
  ])('refuses sparse features of %s', (_, starts, indices, values) => {
    const matrix = {
      rows: 3,
      columns: 2,
      starts: Int32Array.from(starts),
      indices: Int32Array.from(indices),
      values: new Float32Array(values),
    };
    expect(() => sparseFeatures(matrix)).toThrow(
      expect.objectContaining({ code: 'invalid-data', where: 'sparseFeatures' }) as Error,
    );
  });

  test('refuses ends that are not as many, and no nodes', () => {
    const lone = { sources: Int32Array.of(0), targets: new Int32Array(0) };
    expect(() => graphNeighbours(lone, 3)).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }) as Error,
    );
    expect(() => graphNeighbours(edgesOf([]), 0)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }) as Error,
    );
  });
});
