import { type HostTensor, hostTensor, leaves, Rng } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  createContext,
  grad,
  input,
  inputsFor,
  interpret,
  type OnnxGraph,
  segmentSum,
  segmentSumReference,
  sparseMatmul,
  sparsePlan,
  sparsePlanSpecs,
  type SparsePlanTensors,
  type Tensor,
  toOnnx,
  transposedSegmentPlan,
  transposedSegmentPlanSpecs,
  type TransposedSegmentPlanTensors,
} from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { expectAgree, numbers } from '../support/agree.js';

const threadCounts = [1, 2] as const;
const repetitions = 200;

type Feeds = { readonly [name: string]: HostTensor };

async function withEngine<R>(threads: number, use: (engine: Engine) => Promise<R>): Promise<R> {
  const engine = await nodeEngine({ threads });
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}

/** The bits of every output of 200 runs at 1 and at 2 threads, as hex; one entry where all are equal. */
async function distinctResults(graph: OnnxGraph, feeds: Feeds): Promise<Set<string>> {
  const found = new Set<string>();
  for (const threads of threadCounts) {
    await withEngine(threads, async (engine) => {
      const runner = await engine.load(graph);
      for (let i = 0; i < repetitions; i++) {
        const results = await runner.run(feeds);
        const bits = Object.values(results).map(({ data }) =>
          Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
        );
        found.add(bits.join(' '));
      }
    });
  }
  return found;
}

const rng = Rng.from(11);
const [rows, segments, entries, width] = [300, 200, 4000, 16];
// Skewed as words are: a few segments get most entries.
const skewed = (count: number): Int32Array =>
  Int32Array.from({ length: entries }, () => Math.floor(count * rng.uniform() ** 4));
const into = skewed(segments);
const from = { sources: skewed(rows), rows };
const values = hostTensor(
  'float32',
  [rows, width],
  Float32Array.from({ length: rows * width }, () => rng.uniform(-1, 1)),
);

describe('sums over duplicate indices have the same bits in 200 runs at 1 and 2 threads', () => {
  test('segmentSum and its gradient', async () => {
    const table = input('table', { dtype: 'float32', shape: ['rows', width] });
    const specs = transposedSegmentPlanSpecs('plan', 'segments', 'rows');
    const plan = inputsFor<TransposedSegmentPlanTensors>(specs, 'plan');
    const sums = segmentSum(table, plan);
    const [gradient] = grad(sums.square().sum(), [table]) as [Tensor];
    const host = transposedSegmentPlan(into, segments, from);
    const feeds: Feeds = { table: values, ...Object.fromEntries(leaves<HostTensor>(host, 'plan')) };
    const graph = toOnnx({ sums, gradient });
    expect((await distinctResults(graph, feeds)).size).toBe(1);

    const expected = segmentSumReference(values.data, width, into, segments, from);
    await withEngine(2, async (engine) => {
      const result = await (await engine.load(graph)).run(feeds, ['sums']);
      expectAgree(
        'sums',
        result['sums']!,
        { dtype: 'float64', shape: [segments, width], data: expected },
        1e-5,
      );
    });
  });

  test('sparseMatmul and both its gradients', async () => {
    const size = { rows: 'rows', columns: 'columns' } as const;
    const plan = inputsFor<SparsePlanTensors>(sparsePlanSpecs('m', 'entries', size), 'm');
    const weights = input('weights', { dtype: 'float32', shape: ['entries'] });
    const table = input('table', { dtype: 'float32', shape: ['columns', width] });
    const y = sparseMatmul(plan, weights, table);
    const [byWeights, byTable] = grad(y.square().sum(), [weights, table]) as [Tensor, Tensor];
    const host = sparsePlan(into, from.sources, { rows: segments, columns: rows });
    const data = Float32Array.from({ length: entries }, () => rng.uniform(-1, 1));
    const feeds: Feeds = {
      table: values,
      weights: hostTensor('float32', [entries], data),
      ...Object.fromEntries(leaves<HostTensor>(host, 'm')),
    };
    const outputs = { y, byWeights, byTable };
    const graph = toOnnx(outputs);
    expect((await distinctResults(graph, feeds)).size).toBe(1);

    const expected = interpret(outputs, feeds);
    await withEngine(2, async (engine) => {
      const result = await (await engine.load(graph)).run(feeds);
      for (const name of ['y', 'byWeights', 'byTable'] as const) {
        expectAgree(name, result[name]!, expected[name], 1e-5);
      }
    });
  });

  test('scatterAddRows and scatterAddAlong', async () => {
    const picked = input('picked', { dtype: 'float32', shape: ['entries', width] });
    const at = input('at', { dtype: 'int64', shape: ['entries'] });
    const graph = toOnnx({
      byRow: picked.scatterAddRows(at, segments),
      along: picked
        .transpose()
        .scatterAddAlong(at.reshape([1, 'entries']).expand([width, 'entries']), segments),
    });
    const data = Float32Array.from({ length: entries * width }, () => rng.uniform(-1, 1));
    const feeds = {
      picked: hostTensor('float32', [entries, width], data),
      at: hostTensor('int64', [entries], BigInt64Array.from(into, BigInt)),
    };
    expect((await distinctResults(graph, feeds)).size).toBe(1);
  });
});

test('random streams are equal to the interpreter to the bit', async () => {
  const seed = input('seed', { dtype: 'uint32', shape: [] });
  const draw = input('draw', { dtype: 'uint32', shape: [] });
  const context = createContext({ training: true, seed, draw });
  const shape = [64, 33];
  const outputs = {
    uniform: context.random('uniform').uniform(shape),
    keep: context.scope('dropout').random('keep').keep(0.9, shape),
    normal: context.random('normal').normal(shape),
  };
  await withEngine(2, async (engine) => {
    const runner = await engine.load(toOnnx(outputs));
    for (const [s, d] of [
      [0, 0],
      [1, 0],
      [0xffffffff, 0x80000000],
      [123, 4096],
    ] as const) {
      const feeds = { seed: hostTensor('uint32', [], [s]), draw: hostTensor('uint32', [], [d]) };
      const given = await runner.run(feeds);
      const expected = interpret(outputs, feeds);
      expect(numbers(given['uniform']!)).toEqual(numbers(expected.uniform));
      expect(numbers(given['keep']!)).toEqual(numbers(expected.keep));
      // Logarithm and cosine are rounded to float32 in one and not in the other.
      expectAgree('normal', given['normal']!, expected.normal, 1e-5);
    }
  });
});
