import { test } from '@fast-check/vitest';
import { softTargets } from '@limbeck/losses';
import { evaluate, logitPairs } from '@limbeck/testing';
import { lossContract } from '@limbeck/testing/vitest';
import { describe, expect } from 'vitest';
import { one } from './support/one.js';

lossContract(() => softTargets({ temperature: 2 }), logitPairs);

describe('softTargets', () => {
  test('agrees with a value worked out by hand', async () => {
    // p = (3/4, 1/4) and q = (1/2, 1/2), so KL = 3/4 ln(3/2) + 1/4 ln(1/2).
    const loss = await evaluate(softTargets(), one([0, 0], [Math.log(3), 0]));
    expect(loss).toBeCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), 5);
  });

  test('gives the known value at T = 4', async () => {
    const loss = await evaluate(softTargets({ temperature: 4 }), one([1, 0, -1], [0, 2, 1]));
    expect(loss).toBeCloseTo(0.948697, 5);
  });

  test('nears half the mean squared gap of centred logits as T grows (§2.1)', async () => {
    const loss = await evaluate(softTargets({ temperature: 100 }), one([1, -1, 0], [-1, 3, -2]));
    expect(loss).toBeCloseTo((2 ** 2 + 4 ** 2 + 2 ** 2) / (2 * 3), 1);
  });

  test('is finite where the teacher rules classes out', async () => {
    const loss = await evaluate(softTargets(), one([0, 0, 0], [0, -Infinity, 0]));
    expect(loss).toBeCloseTo(Math.log(1.5), 5);
    const both = one([0, -Infinity, 0], [0, -Infinity, 1]);
    expect(Number.isFinite(await evaluate(softTargets(), both))).toBe(true);
  });

  test.prop([logitPairs])(
    'does not see a constant added to a row',
    async ({ student, teacher }) => {
      const moved = { logits: student.logits.map((row) => row.map((z) => z + 3)) };
      const [a, b] = await Promise.all([
        evaluate(softTargets(), { student, teacher }, { engine: 'interpreter' }),
        evaluate(softTargets(), { student: moved, teacher }, { engine: 'interpreter' }),
      ]);
      expect(a).toBeCloseTo(b, 9);
    },
  );

  test('says what to do when the classes differ', async () => {
    const call = evaluate(softTargets(), one([0, 0], [0, 0, 0]));
    await expect(call).rejects.toMatchObject({
      code: 'shape-mismatch',
      message: expect.stringContaining('keep those the student predicts') as string,
    });
  });

  test('says who could supply what is missing', async () => {
    const signals = { student: { logits: [[0, 1]] } };
    await expect(evaluate(softTargets(), signals as never)).rejects.toMatchObject({
      code: 'missing-signal',
      message: expect.stringContaining('Ask the teacher') as string,
    });
  });

  test.each([0, -1, Number.NaN, Infinity])('refuses the temperature %s', (temperature) => {
    expect(() => softTargets({ temperature })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }) as Error,
    );
  });

  test('does not compile without a teacher', () => {
    // @ts-expect-error: the loss needs teacher.logits.
    void (() => evaluate(softTargets(), { student: { logits: [[0]] } }));
  });
});
