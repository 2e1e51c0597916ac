import { test } from '@fast-check/vitest';
import { crossEntropy } from '@limbeck/losses';
import { createContext, grad, input, interpret, reduceTerms } from '@limbeck/tensor';
import { evaluate, evaluateItems, labelledLogits } from '@limbeck/testing';
import { lossContract } from '@limbeck/testing/vitest';
import { hostTensor } from '@limbeck/core';
import { describe, expect } from 'vitest';
import golden from './golden/logit-losses.json' with { type: 'json' };

const exact = { engine: 'interpreter' } as const;

lossContract(() => crossEntropy(), labelledLogits);
lossContract(() => crossEntropy({ labelSmoothing: 0.1 }), labelledLogits);

/** Labels as they come: whole numbers, or distributions, which a field named labels would round. */
function signals(logits: number[][], labels: number[] | number[][]) {
  const flat = labels.flat();
  const soft = Array.isArray(labels[0]);
  return {
    student: { logits },
    labels: soft
      ? hostTensor('float32', [logits.length, logits[0]!.length], flat)
      : hostTensor('int64', [logits.length], flat),
  };
}

describe('crossEntropy', () => {
  test.each(golden.labelled)('agrees with Python, $options', async (expected) => {
    const { options, logits, labels, items, classWeights, weightedMean } = expected;
    const [term] = await evaluateItems(crossEntropy(options), signals(logits, labels), exact);
    items.forEach((item, i) => expect(term!.items[i]).toBeCloseTo(item, 6));
    if (classWeights === undefined) return;
    const loss = crossEntropy({ ...options, classWeights });
    expect(await evaluate(loss, signals(logits, labels))).toBeCloseTo(weightedMean!, 5);
  });

  test('agrees with a value worked out by hand', async () => {
    // q = (1/4, 3/4) and the label is class 0.
    const given = { student: { logits: [[0, Math.log(3)]] }, labels: [0] };
    expect(await evaluate(crossEntropy(), given)).toBeCloseTo(Math.log(4), 5);
  });

  test('an ignored label weighs nothing', async () => {
    const logits = [
      [0, Math.log(3)],
      [5, -5],
    ];
    const given = { student: { logits }, labels: [0, -100] };
    expect(await evaluate(crossEntropy(), given)).toBeCloseTo(Math.log(4), 5);
    const other = { student: { logits }, labels: [-1, 1] };
    expect(await evaluate(crossEntropy({ ignore: -1 }), other)).toBeCloseTo(10, 3);
    const none = { student: { logits }, labels: [-100, -100] };
    expect(await evaluate(crossEntropy(), none)).toBe(0);
  });

  test('one-hot distributions and class indices give the same', async () => {
    const logits = [[1, -2, 0.5]];
    const hard = await evaluate(crossEntropy(), signals(logits, [2]));
    expect(await evaluate(crossEntropy(), signals(logits, [[0, 0, 1]]))).toBeCloseTo(hard, 6);
  });

  test('is finite at huge logits, and where a class is ruled out by both sides', async () => {
    const huge = signals([[1e4, -1e4]], [1]);
    expect(await evaluate(crossEntropy(), huge)).toBeCloseTo(2e4, 0);
    const out = signals([[0, -Infinity]], [[1, 0]]);
    expect(await evaluate(crossEntropy(), out)).toBeCloseTo(0, 6);
  });

  test('has the second derivative q (1 − q)', () => {
    const logits = input('z', { dtype: 'float32', shape: [1, 2] });
    const labels = input('y', { dtype: 'int64', shape: [1] });
    const context = createContext({ training: true });
    const given = { parameters: {}, state: {}, context };
    const { terms } = crossEntropy().apply({ student: { logits }, labels }, given);
    const [first] = grad(reduceTerms(terms), [logits]);
    const [second] = grad(first!.slice(1, 0, 1).sum(), [logits]);
    const feeds = {
      z: hostTensor('float32', [1, 2], [0, 0]),
      y: hostTensor('int64', [1], [1]),
    };
    const { value } = interpret({ value: second! }, feeds);
    expect(Number(value.data[0])).toBeCloseTo(0.25, 12);
    expect(Number(value.data[1])).toBeCloseTo(-0.25, 12);
  });

  test.each([
    [{ labelSmoothing: -0.1 }, 'labelSmoothing -0.1'],
    [{ labelSmoothing: 1.1 }, 'labelSmoothing 1.1'],
    [{ classWeights: [1, -1] }, 'classWeights[1] -1'],
  ])('refuses %j', (options, given) => {
    expect(() => crossEntropy(options)).toThrow(
      expect.objectContaining({ code: 'invalid-option', given }) as Error,
    );
  });

  test('refuses labels that do not fit, and says how', async () => {
    const logits = [[0, 1]];
    await expect(
      evaluate(crossEntropy(), { student: { logits }, labels: [0, 1] }),
    ).rejects.toMatchObject({ code: 'shape-mismatch' });
    const bytes = hostTensor('uint8', [1], [0]);
    await expect(
      evaluate(crossEntropy(), { student: { logits }, labels: bytes }),
    ).rejects.toMatchObject({ code: 'dtype-mismatch' });
    await expect(
      evaluate(crossEntropy({ classWeights: [1, 1, 1] }), { student: { logits }, labels: [0] }),
    ).rejects.toMatchObject({ code: 'shape-mismatch' });
    await expect(evaluate(crossEntropy(), { student: { logits } } as never)).rejects.toMatchObject({
      code: 'missing-signal',
      message: expect.stringContaining('collator') as string,
    });
  });
});
