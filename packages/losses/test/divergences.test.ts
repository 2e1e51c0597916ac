import { fc, test } from '@fast-check/vitest';
import { forwardKl, jensenShannon, logitMse, reverseKl, softTargets } from '@limbeck/losses';
import type { Logits, Loss } from '@limbeck/tensor';
import { evaluate, evaluateItems, logitPairs } from '@limbeck/testing';
import { lossContract } from '@limbeck/testing/vitest';
import { describe, expect } from 'vitest';
import golden from './golden/logit-losses.json' with { type: 'json' };
import { one } from './support/one.js';

type PairLoss = Loss<{ readonly student: Logits; readonly teacher: Logits }>;

const losses: { readonly [name: string]: (options?: object) => PairLoss } = {
  softTargets,
  forwardKl,
  reverseKl,
  jensenShannon,
  logitMse,
};
const exact = { engine: 'interpreter' } as const;

lossContract(() => forwardKl({ temperature: 2 }), logitPairs);
lossContract(() => reverseKl({ temperature: 2 }), logitPairs);
lossContract(() => jensenShannon({ beta: 0.3 }), logitPairs);
lossContract(() => logitMse({ centred: true }), logitPairs);

describe('divergences', () => {
  test.each(golden.cases)('$loss $options agrees with Python', async (expected) => {
    const loss = losses[expected.loss]!(expected.options);
    for (const options of [exact, {}]) {
      const [term] = await evaluateItems(loss, expected.signals, options);
      // Constants such as β are float32 on both.
      const close = options === exact ? 6 : 4;
      expect(term!.items).toHaveLength(expected.items.length);
      expected.items.forEach((item, i) => expect(term!.items[i]).toBeCloseTo(item, close));
    }
  });

  test('no two losses share a number', () => {
    const first = golden.cases.slice(0, 20).map(({ items }) => items[0]!.toFixed(7));
    expect(new Set(first).size).toBeGreaterThanOrEqual(first.length - 1);
  });

  test.prop([logitPairs, fc.constantFrom(...Object.keys(losses))])(
    'is at least 0, and 0 where student and teacher agree',
    async ({ student, teacher }, name) => {
      const loss = losses[name]!();
      expect(await evaluate(loss, { student, teacher }, exact)).toBeGreaterThan(-1e-12);
      expect(await evaluate(loss, { student, teacher: student }, exact)).toBeCloseTo(0, 12);
    },
  );

  test.prop([logitPairs])('Jensen-Shannon is symmetric and at most ln 2', async (pair) => {
    const { student, teacher } = pair;
    const there = await evaluate(jensenShannon(), { student, teacher }, exact);
    const back = await evaluate(jensenShannon(), { student: teacher, teacher: student }, exact);
    expect(there).toBeCloseTo(back, 10);
    expect(there).toBeLessThanOrEqual(Math.LN2 + 1e-12);
  });

  test('Jensen-Shannon nears both divergences at its ends', async () => {
    const pair = one([1, 0, -1], [0, 2, 1]);
    const share = 1e-3;
    const near = async (beta: number): Promise<number> =>
      (await evaluate(jensenShannon({ beta }), pair, exact)) / share;
    expect(await near(share)).toBeCloseTo(await evaluate(forwardKl(), pair, exact), 2);
    expect(await near(1 - share)).toBeCloseTo(await evaluate(reverseKl(), pair, exact), 2);
  });

  test('reverse KL charges 100 nats for a class that the teacher rules out', async () => {
    // q = (1/2, 1/2), p = (1, 0): 1/2 (ln 1/2 − 0) + 1/2 (ln 1/2 + 100).
    const loss = await evaluate(reverseKl(), one([0, 0], [0, -Infinity]));
    expect(loss).toBeCloseTo(Math.log(0.5) + 50, 4);
  });

  test('Jensen-Shannon of distributions without a common class is ln 2', async () => {
    const loss = await evaluate(jensenShannon(), one([0, -Infinity], [-Infinity, 0]));
    expect(loss).toBeCloseTo(Math.LN2, 5);
  });

  test('plain logit MSE sees a constant in a row, the centred one does not', async () => {
    const pair = one([1, 2], [4, 5]);
    expect(await evaluate(logitMse(), pair)).toBeCloseTo(9, 5);
    expect(await evaluate(logitMse({ centred: true }), pair)).toBeCloseTo(0, 5);
  });

  test.each([
    [() => forwardKl({ temperature: 0 }), 'temperature 0'],
    [() => reverseKl({ temperature: -1 }), 'temperature -1'],
    [() => jensenShannon({ temperature: Number.NaN }), 'temperature NaN'],
    [() => jensenShannon({ beta: 0 }), 'beta 0'],
    [() => jensenShannon({ beta: 1 }), 'beta 1'],
  ])('refuses %o', (make, given) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-option', given }) as Error);
  });

  test.each(Object.keys(losses))('%s refuses logits of different shapes', async (name) => {
    await expect(evaluate(losses[name]!(), one([0, 0], [0]))).rejects.toMatchObject({
      code: 'shape-mismatch',
    });
  });
});
