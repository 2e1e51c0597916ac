import { fc, test } from '@fast-check/vitest';
import { exampleLoss, type Logits, type Tensor } from '@limbeck/tensor';
import {
  batchSizes,
  compile,
  evaluate,
  hiddenStates,
  labelledPairs,
  logitPairs,
  probabilities,
  uniform,
  uniformLabels,
} from '@limbeck/testing';
import { describe, expect } from 'vitest';

describe('arbitraries', () => {
  test.prop([logitPairs])(
    'logitPairs has two models of one shape, within ±8',
    ({ student, teacher }) => {
      const sizes = [student, teacher].map(({ logits }) => logits.map((row) => row.length));
      expect(sizes[0]).toEqual(sizes[1]);
      expect(new Set(sizes[0]).size).toBe(1);
      expect(
        [...student.logits, ...teacher.logits].flat().every((each) => Math.abs(each) <= 8),
      ).toBe(true);
    },
  );

  test.prop([labelledPairs])('labels lie among the classes', ({ student, labels }) => {
    expect(labels.length).toBe(student.logits.length);
    expect(labels.every((label) => label >= 0 && label < student.logits[0]!.length)).toBe(true);
  });

  test.prop([batchSizes.chain(probabilities)])('probabilities sum to 1', (rows) => {
    for (const row of rows) expect(row.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12);
  });

  test.prop([hiddenStates([2, 3, 4])])('hiddenStates has the shape asked for', (states) => {
    expect(states.map((tokens) => tokens.map((width) => width.length))).toEqual([
      [4, 4, 4],
      [4, 4, 4],
    ]);
  });

  test.prop([fc.nat()])('uniform and uniformLabels are functions of the seed', (seed) => {
    expect(uniform([2, 3], seed)).toEqual(uniform([2, 3], seed));
    expect(uniform([2, 3], seed)).not.toEqual(uniform([2, 3], seed + 1));
    const { data, dtype } = uniformLabels([40], 3, seed);
    expect(dtype).toBe('int64');
    expect([...data].every((label) => label >= 0n && label < 3n)).toBe(true);
  });
});

interface Needs {
  readonly student: Logits;
  readonly labels: Tensor;
}

const crossEntropy = exampleLoss('crossEntropy', ({ student, labels }: Needs) =>
  student.logits
    .logSoftmax()
    .takeAlong(labels.reshape([...labels.shape, 1]))
    .sum(-1)
    .neg(),
);

describe('compile', () => {
  const signals = { student: { logits: uniform([8, 5], 1) }, labels: uniformLabels([8], 5, 2) };

  test('gives the value of the loss on each call, until it is disposed of', async () => {
    const step = await compile(crossEntropy, signals);
    const expected = await evaluate(crossEntropy, signals);
    expect(await step()).toBe(expected);
    expect(await step()).toBe(expected);
    await step.dispose();
    await expect(step()).rejects.toMatchObject({ code: 'disposed' });
  });

  test('refuses a gradient by what is not there', async () => {
    const call = compile(crossEntropy, signals, { gradients: ['student.hidden'] });
    await expect(call).rejects.toMatchObject({ code: 'unknown-name' });
  });
});
