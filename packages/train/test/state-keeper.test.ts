import { hostTensor, type Json } from '@limbeck/core';
import type { Engine, Stepper } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import type { Tensor } from '@limbeck/tensor';
import { type BatchSource, memoryStore, type Program, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StateKeeper } from '../src/state-keeper.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

type Values = {
  readonly a: { readonly x: Tensor; readonly log: Tensor };
  readonly b: { readonly y: Tensor };
  readonly fixed: { readonly k: Tensor };
};
type Batch = { readonly n: Tensor };

const vector = (...values: number[]) => hostTensor('float32', [values.length], values);
const numbers: BatchSource<Batch> = {
  specs: { n: { dtype: 'float32', shape: [2] } },
  async *open(from?: Json) {
    for (let at = Number(from ?? 0); ; at++)
      yield { batch: { n: vector(at, 1) }, position: at + 1 };
  },
};

/** Two phases that read each other's players; `log` is written and never read, `k` read and never written. */
function program(order: string, seen: number[][] = []): Program<Values, { up: Batch; mix: Batch }> {
  return {
    steps: order.replaceAll('e', '').length,
    frozen: ['fixed'],
    init: () => ({
      a: { x: vector(1, 2), log: vector(0, 0) },
      b: { y: vector(3, 4) },
      fixed: { k: vector(2, 3) },
    }),
    phases: {
      up: ({ a, b }, { n }) => ({
        state: { a: { x: a.x.add(n), log: b.y.add(1) } },
        metrics: { sum: a.x.sum() },
      }),
      mix: ({ a, b, fixed }, { n }) => ({
        state: { a: { x: b.y, log: a.log }, b: { y: a.x.mul(fixed.k).add(n) } },
        metrics: { sum: b.y.sum() },
      }),
    },
    batches: { up: numbers, mix: numbers },
    evaluate: async (view) => {
      const { a, b } = await view.read('a', 'b');
      seen.push([...a.x.data, ...a.log.data, ...b.y.data].map(Number));
      return {};
    },
    next: (view) => {
      const at = view.step + view.evaluations.length;
      const action = order[at];
      return action === undefined
        ? 'stop'
        : ({ u: 'up', m: 'mix', e: 'evaluate' } as const)[action as 'u']!;
    },
    students: {},
  };
}

/** The same in plain numbers: what each evaluation sees. */
function byHand(order: string): number[][] {
  let [x, log, y] = [
    [1, 2],
    [0, 0],
    [3, 4],
  ] as [number[], number[], number[]];
  const [k, at] = [[2, 3], { u: 0, m: 0 }];
  const seen: number[][] = [];
  for (const action of order) {
    if (action === 'e') seen.push([...x, ...log, ...y]);
    if (action === 'u') {
      const n = [at.u++, 1];
      [x, log] = [x.map((v, i) => v + n[i]!), y.map((v) => v + 1)];
    }
    if (action === 'm') {
      const n = [at.m++, 1];
      [x, y] = [y, x.map((v, i) => v * k[i]! + n[i]!)];
    }
  }
  return seen;
}

describe('the state of alternating phases', () => {
  test.each(['eueme', 'uuueuue', 'umumeummemmuue', 'mmemuemuue'])('%s', async (order) => {
    const seen: number[][] = [];
    await train(program(order, seen), { engine });
    expect(seen).toEqual(byHand(order));
  });

  test('goes on to the same bits from checkpoints after every step', async () => {
    const order = 'umumuummmuu';
    const whole = await train(program(order), { engine });
    const checkpoints = memoryStore();
    const controller = new AbortController();
    const abortAt = (event: { readonly kind: string }): void => {
      if (event.kind === 'train/step') controller.abort();
    };
    const { signal: abortSignal } = controller;
    const cut = train(program(order), { engine, checkpoints, abortSignal, onEvent: abortAt });
    await expect(cut).rejects.toMatchObject({ code: 'interrupted' });
    const rest = await train(program(order), { engine, checkpoints, checkpointEvery: 1 });
    expect(rest.hash).toBe(whole.hash);
  });

  test('stays with the graph while one phase runs: only what is asked for is read, nothing written', async () => {
    const calls: string[] = [];
    const watched: Engine = {
      provider: engine.provider,
      threads: engine.threads,
      load: async (graph) => {
        const runner = await engine.load(graph);
        return {
          inputs: runner.inputs,
          outputs: runner.outputs,
          run: (feeds, fetch) => runner.run(feeds, fetch),
          dispose: () => runner.dispose(),
          stepper: async (options) => {
            const stepper = await runner.stepper(options);
            calls.push(`constants ${Object.keys(options.constants ?? {}).join(' ')}`);
            const spied: Stepper = {
              step: (feeds, fetch) => stepper.step(feeds, fetch),
              read: (names) => (calls.push(`read ${names?.join(' ')}`), stepper.read(names)),
              write: (state) => (
                calls.push(`write ${Object.keys(state).join(' ')}`),
                stepper.write(state)
              ),
              dispose: () => stepper.dispose(),
            };
            return spied;
          },
        };
      },
      dispose: () => Promise.resolve(),
    };
    await train(program('mmmmeuu'), { engine: watched });
    expect(calls).toEqual([
      'constants state/fixed/k',
      'read state/a/x state/b/y', // the evaluation; `up` then takes the same copies
      'constants ',
      'read state/a/x', // the end: `mix` still holds y, which has been read
    ]);
  });
});

test('a value that arrives after the path has changed is not taken for the new one', async () => {
  const keeper = new StateKeeper({ w: vector(1) });
  let arrive: (state: { w: ReturnType<typeof vector> }) => void = () => undefined;
  keeper.take(['w'], { read: () => new Promise((resolve) => (arrive = resolve)) });
  const early = keeper.read();
  keeper.take(['w'], { read: () => Promise.resolve({ w: vector(3) }) });
  arrive({ w: vector(2) });
  expect((await early)['w']).toEqual(vector(2));
  expect((await keeper.read())['w']).toEqual(vector(3));
});
