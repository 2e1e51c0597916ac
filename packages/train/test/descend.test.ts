import { hostTensor } from '@limbeck/core';
import { adamw, sgd } from '@limbeck/optim';
import { nodeEngine } from '@limbeck/runtime/node';
import { type Empty, grad, input, interpret, type Tensor, type TensorTree } from '@limbeck/tensor';
import { descend, type Descent, type Program, stalled, startDescent, train } from '@limbeck/train';
import { describe, expect, test } from 'vitest';

type Player = {
  readonly parameters: { readonly x: Tensor };
  readonly descent: Descent<{ readonly first: never; readonly second: never }>;
};
type State = { readonly early: Player; readonly late: Player };
type Batches = { readonly early: Empty; readonly late: Empty };

const optimizer = adamw({ rate: 0.1, weightDecay: 0 });
const nothing = {
  specs: {},
  open: async function* () {
    for (let at = 0; ; at++) yield { batch: {}, position: at };
  },
};

/** Two numbers that go down x², the second from step 10 on. */
function program(): Program<State, Batches> {
  const start = () => {
    const parameters = { x: hostTensor('float32', [], [5]) };
    return { parameters, descent: startDescent(optimizer, parameters) };
  };
  const phase =
    (name: 'early' | 'late') => (state: State, _: Empty, context: { steps: Tensor }) => {
      const { parameters, descent } = state[name];
      const loss = parameters.x.square();
      const next = descend({
        optimizer: optimizer as never,
        parameters,
        descent,
        loss,
        steps: context.steps,
      });
      return {
        state: { [name]: { parameters: next.parameters, descent: next.descent } } as Partial<State>,
        metrics: { loss },
      };
    };
  return {
    steps: 12,
    init: () => ({ early: start(), late: start() }) as never,
    batches: { early: nothing, late: nothing },
    phases: { early: phase('early'), late: phase('late') },
    next: ({ step }) => (step >= 12 ? 'stop' : step < 10 ? 'early' : 'late'),
    students: {},
  };
}

describe('descend', () => {
  test('gives each optimiser its own age: the first step of Adam is its rate, whenever it comes', async () => {
    const engine = await nodeEngine({ threads: 1 });
    const { state } = await train(program(), { engine });
    await engine.dispose();
    const { late, early } = state;
    // Far from 0 the first steps of Adam down x² are the rate each; with the run's own step they would be less.
    expect(late.parameters.x.data[0]).toBeCloseTo(5 - 2 * 0.1, 3);
    expect(late.descent.updates.data[0]).toBe(2n);
    expect(early.descent.updates.data[0]).toBe(10n);
    expect(early.parameters.x.data[0]).toBeCloseTo(5 - 10 * 0.1, 1);
  });

  test('tells the norm of the gradient: a step is not kept where the loss is finite and the gradient is not', async () => {
    const plain = sgd({ rate: 0.1 });
    const parameters = { x: hostTensor('float32', [], [0]) };
    type Root = {
      readonly parameters: { readonly x: Tensor };
      readonly descent: Descent<TensorTree>;
    };
    const rooted: Program<{ readonly root: Root }, { readonly root: Empty }> = {
      steps: 1,
      init: () => ({ root: { parameters, descent: startDescent(plain, parameters) } }) as never,
      batches: { root: nothing },
      phases: {
        root: ({ root }, _, { steps }) => {
          const loss = root.parameters.x.sqrt();
          const given = { optimizer: plain as never, loss, steps };
          const { metrics, ...next } = descend({ ...given, ...root });
          return { state: { root: next }, metrics: { ...metrics, loss } };
        },
      },
      next: ({ step }) => (step >= 1 ? 'stop' : 'root'),
      students: {},
    };
    const engine = await nodeEngine({ threads: 1 });
    await expect(train(rooted, { engine })).rejects.toMatchObject({
      code: 'non-finite-loss',
      given: expect.stringContaining('gradientNorm = Infinity') as string,
    });
    await engine.dispose();
  });

  test('takes gradients by path as it takes a loss', () => {
    const x = input('x', { dtype: 'float32', shape: [] });
    const step = input('step', { dtype: 'int64', shape: [] });
    const plain = sgd({ rate: 0.5 });
    const given = { optimizer: plain, parameters: { x }, steps: step };
    const descent = { moments: { velocity: {} }, updates: step };
    const [g] = grad(x.square(), [x]);
    const feeds = { x: hostTensor('float32', [], [3]), step: hostTensor('int64', [], [4]) };
    for (const loss of [x.square(), { x: g! }]) {
      const { parameters, descent: next } = descend({ ...given, descent, loss });
      const out = interpret({ x: parameters.x, updates: next.updates }, feeds);
      expect(out['x']!.data[0]).toBe(0);
      expect(Number(out['updates']!.data[0])).toBe(5);
    }
  });
});

describe('stalled', () => {
  const said = (...values: number[]) =>
    values.map((value, i) => ({ step: i, metrics: { accuracy: value } }));
  const up = { metric: 'accuracy', higherIsBetter: true, patience: 2 };

  test('counts evaluations behind the best one; a tie is no better one', () => {
    expect(stalled([], up)).toBe(false);
    expect(stalled(said(1, 2, 1), up)).toBe(false);
    expect(stalled(said(1, 2, 1, 2), up)).toBe(true);
    expect(stalled(said(3, 2, 1), { ...up, higherIsBetter: false })).toBe(false);
    expect(stalled(said(1, 2, 3), { ...up, higherIsBetter: false })).toBe(true);
  });

  test('passes over evaluations without the metric, and refuses no patience', () => {
    expect(stalled([...said(2), { step: 9, metrics: {} }, { step: 10, metrics: {} }], up)).toBe(
      false,
    );
    expect(() => stalled([], { ...up, patience: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
