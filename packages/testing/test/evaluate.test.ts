import { hostTensor } from '@limbeck/core';
import { exampleLoss, type Logits, stopGradient, type Tensor, tokenLoss } from '@limbeck/tensor';
import { evaluate, evaluateItems, expectGradient } from '@limbeck/testing';
import { describe, expect, test } from 'vitest';

interface PairNeeds {
  readonly student: Logits;
  readonly teacher: Logits;
}

/** KL(p, q), written for these tests. */
const divergence = exampleLoss('divergence', ({ student, teacher }: PairNeeds) => {
  const logP = stopGradient(teacher.logits).logSoftmax();
  return logP.exp().mul(logP.sub(student.logits.logSoftmax())).sum(-1);
});

const crossEntropy = exampleLoss(
  'crossEntropy',
  ({ student, labels }: { readonly student: Logits; readonly labels: Tensor }) =>
    student.logits
      .logSoftmax()
      .takeAlong(labels.reshape([...labels.shape, 1]))
      .sum(-1)
      .neg(),
);

const masked = tokenLoss(
  'masked',
  ({ values, mask }: { readonly values: Tensor; readonly mask: Tensor }) => ({
    items: values,
    weights: mask.cast('float32'),
  }),
);

describe('evaluate', () => {
  test('agrees with a value worked out by hand, on both engines', async () => {
    const signals = { student: { logits: [[0, 0]] }, teacher: { logits: [[Math.log(3), 0]] } };
    const expected = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    expect(await evaluate(divergence, signals)).toBeCloseTo(expected, 6);
    // The teacher's logits pass through float32 on their way in.
    expect(await evaluate(divergence, signals, { engine: 'interpreter' })).toBeCloseTo(expected, 7);
  });

  test('takes labels as int64 and truth values as bool', async () => {
    const signals = {
      student: {
        logits: [
          [0, Math.log(3)],
          [0, 0],
        ],
      },
      labels: [1, 0],
    };
    const expected = (Math.log(4 / 3) + Math.log(2)) / 2;
    expect(await evaluate(crossEntropy, signals)).toBeCloseTo(expected, 6);
    const tokens = {
      values: [
        [1, 2],
        [4, 8],
      ],
      mask: [
        [true, false],
        [true, false],
      ],
    };
    expect(await evaluate(masked, tokens)).toBeCloseTo(2.5, 6);
  });

  test('takes tensors of the host as they are, and a named batch', async () => {
    const student = { logits: hostTensor('float32', [1, 2], [0, 0]) };
    const labels = hostTensor('int64', [1], [0]);
    const signals = { student, labels };
    expect(await evaluate(crossEntropy, signals, { namedBatch: true })).toBeCloseTo(Math.log(2), 6);
  });

  test('gives items and weights one by one', async () => {
    const [term] = await evaluateItems(masked, { values: [[1, 2]], mask: [[true, false]] });
    expect(term).toEqual({
      name: 'masked',
      shape: [1, 2],
      items: [1, 2],
      weights: [1, 0],
      scale: 1,
    });
  });

  test('refuses rows of different lengths', async () => {
    const call = evaluate(crossEntropy, { student: { logits: [[0, 1], [2]] }, labels: [0, 1] });
    await expect(call).rejects.toMatchObject({ code: 'shape-mismatch' });
  });

  test('does not compile without a signal that the loss needs', () => {
    // @ts-expect-error: the loss needs teacher.logits.
    void (() => evaluate(divergence, { student: { logits: [[0]] } }));
    // @ts-expect-error: a word is no number.
    void (() => evaluate(crossEntropy, { student: { logits: [[0]] }, labels: ['a'] }));
  });
});

describe('expectGradient', () => {
  const signals = { student: { logits: [[0.3, -1, 2]] }, teacher: { logits: [[1, 0, -1]] } };

  test('passes a right gradient', async () => {
    await expectGradient(divergence, signals, 'student.logits');
  });

  test('names the element whose gradient is wrong', async () => {
    // As if somebody forgot half of the gradient of the square: x · stop(x).
    const half = exampleLoss('half', ({ student }: { readonly student: Logits }) =>
      student.logits.mul(stopGradient(student.logits)).sum(-1),
    );
    const call = expectGradient(half, { student: { logits: [[0, 3]] } }, 'student.logits');
    await expect(call).rejects.toThrow(/half by student\.logits is 3 at \[0, 1\].*give (6|5\.99)/);
  });

  test('says which paths there are', async () => {
    const call = expectGradient(divergence, signals, 'student.hidden');
    await expect(call).rejects.toMatchObject({
      code: 'unknown-name',
      message: expect.stringContaining('student.logits, teacher.logits') as string,
    });
  });
});
