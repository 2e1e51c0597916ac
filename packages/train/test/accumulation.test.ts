import { type HostTensor, hostTensor, leaves, Rng } from '@limbeck/core';
import { sgd } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { type Context, inputsFor, interpret, specsOf, type Tensor } from '@limbeck/tensor';
import { type AccumulatingPhase, distillation, type Phase, train } from '@limbeck/train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clockContext, clockFeeds } from '../src/compile.js';
import {
  type LinearBatch,
  linearBatch,
  linearSource,
  linearSpecs,
  linearStudent,
  weightedLoss,
} from './support/linear.js';

type Flat = { [path: string]: HostTensor };
const clock = clockFeeds({ seed: 0, draw: 0, step: 0, steps: 1 });

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

/** A step of plain gradient descent: what differs in the gradient differs as much in the parameters. */
function program(rows: number, microBatches: number) {
  return distillation({
    student: linearStudent(0),
    loss: weightedLoss,
    optimizer: sgd({ rate: 0.5 }),
    batches: linearSource(rows),
    steps: 5,
    microBatches,
  });
}

function prefixed(prefix: string, tree: unknown): Flat {
  const flat = leaves<HostTensor>(tree).map(([path, value]) => [`${prefix}/${path}`, value]);
  return Object.fromEntries(flat) as Flat;
}

function named(tree: unknown): { [path: string]: Tensor } {
  return Object.fromEntries(leaves<Tensor>(tree));
}

test('unequal weights over micro-batches are the whole batch, to 1e-9 in float64', () => {
  const whole = program(24, 1);
  const parts = program(8, 3);
  const fresh = whole.init(Rng.from(1));
  const state = inputsFor<never>(specsOf(fresh) as never, 'state');
  const batch = inputsFor<LinearBatch>(linearSpecs as never, 'input');
  const feeds = { ...clock, ...prefixed('state', fresh) };
  const context = (): Context => clockContext(true);

  const pieces = [0, 1, 2].map((seed) => linearBatch(8, seed));
  const joined = prefixed('input', join(pieces));
  const plain = (whole.phases.distil as unknown as Phase<never, LinearBatch>)(
    state,
    batch,
    context(),
  );
  const expected = interpret(named(plain.state), { ...feeds, ...joined });

  const phase = parts.phases.distil as unknown as AccumulatingPhase<never, LinearBatch>;
  const add = (runs: readonly { readonly [name: string]: HostTensor }[]): Flat =>
    Object.fromEntries(
      Object.entries(runs[0]!).map(([name, first]) => {
        const data = Float64Array.from({ length: first.data.length }, (_, i) =>
          runs.reduce((sum, run) => sum + Number(run[name]!.data[i]), 0),
        );
        return [name, hostTensor('float64', first.shape, data)];
      }),
    );
  const each = (outputs: { readonly [name: string]: Tensor }, more: Flat = {}) =>
    pieces.map((piece) => interpret(outputs, { ...feeds, ...prefixed('input', piece), ...more }));

  const weights = add(each(phase.weigh(state, batch, context())));
  const totals = inputsFor<{ [name: string]: Tensor }>(specs(weights) as never, 'total');
  const gathered = phase.gather(state, batch, totals, context());
  const sums = add(each({ ...gathered.sums }, prefixed('total', weights)));
  const sumInputs = inputsFor<{ [name: string]: Tensor }>(specs(sums) as never, 'sum');
  const finished = phase.finish(state, byPath(sums, sumInputs), context());
  const sumFeeds = prefixed('sum', sums);
  const found = interpret(named(finished.state), { ...feeds, ...sumFeeds });

  for (const name of ['student/parameters/weight', 'student/parameters/bias']) {
    expected[name]!.data.forEach((value, i) => {
      expect(Math.abs(Number(found[name]!.data[i]) - Number(value))).toBeLessThan(1e-9);
    });
  }
  // The mean of the parts' means is another number: weights are unequal.
  const sumsOfWeights = each(phase.weigh(state, batch, context())).map(
    (run) => run['crossEntropy']!.data[0],
  );
  expect(new Set(sumsOfWeights).size).toBe(3);
});

test('and to 1e-5 on ONNX Runtime', async () => {
  const joinedSource = linearSource(8);
  const whole = program(24, 1);
  const source: typeof joinedSource = {
    ...joinedSource,
    async *open() {
      for (let at = 0; ; at += 3) {
        const batch = join([at, at + 1, at + 2].map((seed) => linearBatch(8, seed)));
        yield { batch, position: null };
      }
    },
  };
  const expected = await train({ ...whole, batches: { distil: source } }, { engine });
  const found = await train(program(8, 3), { engine });
  const [a, b] = [expected, found].map(({ state }) => leaves<HostTensor>(state.student.parameters));
  a!.forEach(([path, { data }], leaf) => {
    data.forEach((value, i) => {
      const other = b![leaf]![1].data[i];
      expect(Math.abs(Number(value) - Number(other)), path).toBeLessThan(1e-5);
    });
  });
});

function specs(values: Flat): object {
  return Object.fromEntries(
    Object.entries(values).map(([name, { shape }]) => [name, { dtype: 'float32', shape }]),
  );
}

function byPath(values: Flat, inputs: { [name: string]: Tensor }): { [name: string]: Tensor } {
  return Object.fromEntries(Object.keys(values).map((name) => [name, inputs[name]!]));
}

/** Several batches as one. */
function join(pieces: readonly ReturnType<typeof linearBatch>[]): ReturnType<typeof linearBatch> {
  const together = <D extends 'float32' | 'int64'>(
    dtype: D,
    tail: readonly number[],
    pick: (piece: ReturnType<typeof linearBatch>) => HostTensor<D>,
  ) => {
    const numbers = pieces.flatMap((piece) => Array.from(pick(piece).data as never, Number));
    const rows = pieces.reduce((total, piece) => total + piece.labels.shape[0]!, 0);
    return hostTensor(dtype, [rows, ...tail], numbers);
  };
  return {
    inputs: { x: together('float32', [8], (piece) => piece.inputs.x) },
    labels: together('int64', [], (piece) => piece.labels),
    weights: together('float32', [], (piece) => piece.weights),
  };
}
