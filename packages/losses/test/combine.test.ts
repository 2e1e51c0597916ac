import { hostTensor, type HostTensor, leaves, Rng } from '@limbeck/core';
import {
  crossEntropy,
  hiddenMse,
  logitMse,
  onHead,
  softTargets,
  weighted,
  weightedBy,
} from '@limbeck/losses';
import {
  batchLoss,
  createContext,
  input,
  interpret,
  type Logits,
  type Loss,
  scalar,
  type Tensor,
} from '@limbeck/tensor';
import { evaluate, evaluateItems, labelledPairs } from '@limbeck/testing';
import { lossContract } from '@limbeck/testing/vitest';
import { describe, expect, test } from 'vitest';

const signals = {
  student: {
    logits: [
      [1, 0, -1],
      [0, 2, 1],
    ],
  },
  teacher: {
    logits: [
      [0, 2, 1],
      [1, 1, 0],
    ],
  },
  labels: [1, 2],
};
const exact = { engine: 'interpreter' } as const;
const sure = ({ teacher }: { teacher: Logits }): Tensor =>
  teacher.logits.stopGradient().softmax().max(-1);

lossContract(
  () =>
    weighted([
      [0.9, softTargets({ temperature: 2 })],
      [0.1, crossEntropy()],
    ]),
  labelledPairs,
);
lossContract(() => weightedBy(softTargets(), sure), labelledPairs);

/** A loss that counts its steps, and whose state and totals can be read. */
function counting(
  name: string,
  per: 'example' | 'batch' = 'example',
): Loss<{ student: Logits }, { bias: Tensor }, { count: Tensor }> {
  return {
    name,
    per,
    init: (rng) => ({
      parameters: { bias: hostTensor('float32', [], [Math.fround(rng.uniform())]) },
      state: { count: hostTensor('float32', [], [0]) },
    }),
    apply: ({ student }, { parameters, state }) => ({
      terms: [
        { name, items: student.logits.sum(-1).add(parameters.bias) },
        { name: 'extra', items: student.logits.sum(-1), scale: 2 },
      ],
      state: { count: state.count.add(1) },
    }),
    advance: ({ totals, state }) => ({
      count: state.count.add(totals[name]!).add(totals['extra']!.mul(10)),
    }),
  };
}

describe('weighted', () => {
  test('is the weighted sum of its parts', async () => {
    const parts = [softTargets({ temperature: 2 }), crossEntropy({ labelSmoothing: 0.1 })] as const;
    const loss = weighted([
      [0.9, parts[0]],
      [0.1, parts[1]],
    ]);
    const [soft, hard] = [await evaluate(parts[0], signals), await evaluate(parts[1], signals)];
    expect(await evaluate(loss, signals)).toBeCloseTo(0.9 * soft + 0.1 * hard, 5);
    expect(loss.name).toBe('weighted(softTargets, crossEntropy)');
    expect(loss.per).toBe('example');
  });

  test('keeps the terms apart, each with its name, weights and scale', async () => {
    const loss = weighted([
      [0.9, softTargets()],
      [0.1, crossEntropy({ classWeights: [1, 2, 3] })],
    ]);
    const terms = await evaluateItems(loss, signals);
    expect(terms.map(({ name, scale }) => [name, scale])).toEqual([
      ['softTargets', 0.9],
      ['crossEntropy', 0.1],
    ]);
    expect(terms[1]!.weights).toEqual([2, 3]);
  });

  test('a weight may be a schedule', async () => {
    const rising = (step: Tensor, steps: Tensor): Tensor =>
      step.cast('float32').div(steps.cast('float32'));
    const loss = weighted([
      [rising, logitMse()],
      [1, logitMse()],
    ]);
    const whole = await evaluate(logitMse(), signals);
    expect(await evaluate(loss, signals, { step: 25, steps: 100 })).toBeCloseTo(1.25 * whole, 5);
    const twice = weighted([[2, weighted([[rising, logitMse()]])]]);
    expect(await evaluate(twice, signals, { step: 25, steps: 100 })).toBeCloseTo(0.5 * whole, 5);
  });

  test('numbers losses of one name, with parameters, state and totals of their own', () => {
    const loss = weighted([
      [1, counting('count')],
      [3, counting('count')],
    ]);
    const fresh = loss.init!(Rng.from(0), {
      student: { logits: { dtype: 'float32', shape: [1, 1] } },
    });
    expect(leaves(fresh.parameters).map(([path]) => path)).toEqual(['count/bias', 'count2/bias']);
    const biases = leaves<HostTensor>(fresh.parameters).map(([, { data }]) => Number(data[0]));
    expect(biases[0]).not.toBe(biases[1]);

    const context = createContext({ training: true });
    const state = { count: { count: scalar(5) }, count2: { count: scalar(7) } };
    const totals = {
      count: scalar(1),
      'count/extra': scalar(2),
      count2: scalar(3),
      'count2/extra': scalar(4),
    };
    const advanced = loss.advance!({ totals, state, context });
    const found = interpret(Object.fromEntries(leaves<Tensor>(advanced)));
    expect(found['count/count']!.data[0]).toBe(5 + 1 + 20);
    expect(found['count2/count']!.data[0]).toBe(7 + 3 + 40);

    const logits = input('z', { dtype: 'float32', shape: [1, 1] });
    const parameters = { count: { bias: scalar(0) }, count2: { bias: scalar(0) } };
    const applied = loss.apply({ student: { logits } }, { parameters, state, context });
    expect(applied.terms.map(({ name, scale }) => [name, scale])).toEqual([
      ['count', 1],
      ['count/extra', 2],
      ['count2', 3],
      ['count2/extra', 6],
    ]);
    const next = interpret(Object.fromEntries(leaves<Tensor>(applied.state)));
    expect(next['count2/count']!.data[0]).toBe(8);
  });

  test('one loss of whole batches makes the sum one', () => {
    const whole = batchLoss('whole', ({ student }: { student: Logits }) => student.logits.sum());
    expect(
      weighted([
        [1, softTargets()],
        [1, whole],
      ]).per,
    ).toBe('batch');
  });

  test('refuses no losses and weights that are no weights', () => {
    for (const [parts, given] of [
      [[], 'no losses'],
      [[[-1, softTargets()]], 'weight 0 -1'],
      [
        [
          [1, softTargets()],
          [Number.NaN, softTargets()],
        ],
        'weight 1 NaN',
      ],
    ] as const) {
      expect(() => weighted(parts)).toThrow(
        expect.objectContaining({ code: 'invalid-option', given }) as Error,
      );
    }
  });
});

describe('weightedBy', () => {
  test('multiplies items and leaves weights alone', async () => {
    const doubled = weightedBy(
      crossEntropy({ classWeights: [1, 2, 3] }),
      ({ labels }: { labels: Tensor }) => labels.cast('float32'),
    );
    const [plain] = await evaluateItems(crossEntropy({ classWeights: [1, 2, 3] }), signals, exact);
    const [term] = await evaluateItems(doubled, signals, exact);
    expect(term!.weights).toEqual(plain!.weights);
    term!.items.forEach((item, i) =>
      expect(item).toBeCloseTo(plain!.items[i]! * signals.labels[i]!, 9),
    );
  });

  test('passes on parameters, state and steps', () => {
    const loss = weightedBy(counting('count'), ({ student }: { student: Logits }) =>
      student.logits.sum(-1),
    );
    expect(loss.init).toBeDefined();
    expect(loss.advance).toBeDefined();
    expect(weightedBy(softTargets(), sure).init).toBeUndefined();
  });

  test('refuses losses of whole batches, and ratios of another shape', async () => {
    expect(() => weightedBy(counting('whole', 'batch'), sure)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }) as Error,
    );
    const wrong = weightedBy(softTargets(), ({ teacher }: { teacher: Logits }) => teacher.logits);
    await expect(evaluate(wrong, signals)).rejects.toMatchObject({ code: 'shape-mismatch' });
  });
});

describe('onHead', () => {
  const heads = {
    student: {
      topic: signals.student,
      tone: {
        logits: [
          [0, 1],
          [3, 0],
        ],
      },
    },
    teacher: {
      topic: signals.teacher,
      tone: {
        logits: [
          [1, 0],
          [Number.NaN, 0],
        ],
      },
    },
  };

  test('reads the named heads', async () => {
    const loss = onHead('topic', softTargets());
    expect(await evaluate(loss, heads)).toBeCloseTo(await evaluate(softTargets(), signals), 6);
    expect(loss.name).toBe('topic.softTargets');
    const [term] = await evaluateItems(loss, heads);
    expect(term!.name).toBe('topic.softTargets');
  });

  test('labels stand under the name too', async () => {
    const given = {
      student: heads.student,
      labels: { topic: hostTensor('int64', [2], [1, -100]) },
    };
    const alone = { student: { logits: [signals.student.logits[0]!] }, labels: [1] };
    expect(await evaluate(onHead('topic', crossEntropy()), given)).toBeCloseTo(
      await evaluate(crossEntropy(), alone),
      6,
    );
  });

  test('a record without the field weighs 0, whatever fills its place', async () => {
    const given = { ...heads, present: { tone: [1, 0] } };
    const alone = { student: { logits: [[0, 1]] }, teacher: { logits: [[1, 0]] } };
    const loss = onHead('tone', softTargets());
    expect(await evaluate(loss, given)).toBeCloseTo(await evaluate(softTargets(), alone), 6);
    const [term] = await evaluateItems(loss, given);
    expect(term!.weights).toEqual([1, 0]);
    expect(term!.items[1]).toBe(0);
  });

  test('keeps the weights of the loss where records are marked', async () => {
    const given = {
      student: heads.student,
      labels: { topic: hostTensor('int64', [2], [1, 2]) },
      present: { topic: [true, false] },
    };
    const loss = onHead('topic', crossEntropy({ classWeights: [1, 2, 3] }));
    expect((await evaluateItems(loss, given))[0]!.weights).toEqual([2, 0]);
  });

  test('passes on widths and totals', () => {
    const spec = (width: number) =>
      ({ hidden: { dtype: 'float32', shape: ['batch', width] } }) as const;
    const loss = onHead('topic', hiddenMse());
    const needs = { student: { topic: spec(2) }, teacher: { topic: spec(3) } };
    expect(
      leaves<HostTensor>(loss.init!(Rng.from(0), needs as never).parameters)[0]![1].shape,
    ).toEqual([2, 3]);
    const context = createContext({ training: true });
    const { count } = onHead('topic', counting('count')).advance!({
      totals: { 'topic.count': scalar(1), 'topic.count/extra': scalar(2) },
      state: { count: scalar(0) },
      context,
    });
    expect(interpret({ count }).count.data[0]).toBe(21);
  });

  test('says which heads there are', async () => {
    const call = evaluate(onHead('mood', softTargets()), heads as never);
    await expect(call).rejects.toMatchObject({
      code: 'missing-signal',
      given: 'student with topic, tone',
    });
    const short = { ...heads, present: { topic: [1, 0, 1] } };
    await expect(evaluate(onHead('topic', softTargets()), short)).rejects.toMatchObject({
      code: 'shape-mismatch',
    });
  });

  test('does not compile without the head', () => {
    const loss = onHead('topic', softTargets());
    // @ts-expect-error: the loss reads student.topic and teacher.topic.
    void (() => evaluate(loss, signals));
  });
});
