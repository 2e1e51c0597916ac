import { hostTensor } from '@limbeck/core';
import { type Average, ema } from '@limbeck/optim';
import { input, interpret } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';

const vector = { dtype: 'float32', shape: [2] } as const;

function next(average: Average, a: readonly number[], theta: readonly number[], step: number) {
  const { w } = average.update({
    average: { w: input('a', vector) },
    parameters: { w: input('theta', vector) },
    step: input('step', { dtype: 'int64', shape: [] }),
  });
  const feeds = {
    a: hostTensor('float32', [2], a),
    theta: hostTensor('float32', [2], theta),
    step: hostTensor('int64', [], [step]),
  };
  return Array.from(interpret({ w: w! }, feeds).w.data, Number);
}

describe('ema', () => {
  test('keeps the share that decay says', () => {
    const [a, b] = next(ema({ decay: 0.75 }), [4, 0], [0, 8], 0);
    expect(a).toBeCloseTo(0.75 * 4, 6);
    expect(b).toBeCloseTo(0.25 * 8, 6);
  });

  test('forgets the start sooner with a warm-up: (1 + s) / (10 + s) is kept', () => {
    const average = ema({ decay: 0.9, warmup: true });
    expect(next(average, [1, 1], [0, 0], 0)[0]).toBeCloseTo(1 / 10, 6);
    expect(next(average, [1, 1], [0, 0], 8)[0]).toBeCloseTo(9 / 18, 6);
    expect(next(average, [1, 1], [0, 0], 1000)[0]).toBeCloseTo(0.9, 6);
  });

  test('1 keeps everything and 0 nothing', () => {
    expect(next(ema({ decay: 1 }), [4, 1], [0, 8], 3)).toEqual([4, 1]);
    expect(next(ema({ decay: 0 }), [4, 1], [0, 8], 3)).toEqual([0, 8]);
  });

  test('starts as a copy of the parameters', () => {
    const w = hostTensor('float32', [2], [1, 2]);
    const { w: copy } = ema().init({ w });
    expect(copy).toEqual(w);
    expect(copy!.data).not.toBe(w.data);
  });

  test('refuses a decay above 1, and a parameter without an average', () => {
    expect(() => ema({ decay: 1.1 })).toThrow(
      expect.objectContaining({ code: 'invalid-option', given: 'decay 1.1' }) as Error,
    );
    const parameters = { w: input('w', vector) };
    const step = input('step', { dtype: 'int64', shape: [] });
    expect(() => ema().update({ average: {}, parameters, step })).toThrow(
      expect.objectContaining({ code: 'missing-signal' }) as Error,
    );
  });
});
