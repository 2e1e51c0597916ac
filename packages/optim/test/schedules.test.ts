import { hostTensor } from '@limbeck/core';
import { constant, cosine, linear, type Schedule } from '@limbeck/optim';
import { input, interpret } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import golden from './golden/optimisers.json' with { type: 'json' };

const whole = { dtype: 'int64', shape: [] } as const;

function rate(schedule: Schedule, step: number, steps: number): number {
  const { value } = interpret(
    { value: schedule(input('step', whole), input('steps', whole)) },
    { step: hostTensor('int64', [], [step]), steps: hostTensor('int64', [], [steps]) },
  );
  return Number(value.data[0]);
}

const options = { peak: 0.1, warmup: 0.2, floor: 0.01 };

describe('schedules', () => {
  test.each(Object.entries({ cosine: cosine(options), linear: linear(options) }))(
    '%s agrees with its transcription at every step',
    (name, schedule) => {
      const expected = golden.rates[name as 'cosine' | 'linear'];
      expected.forEach((value, step) => expect(rate(schedule, step, 20)).toBeCloseTo(value, 8));
    },
  );

  test.each([cosine, linear])('%o starts at the peak and ends at the floor', (make) => {
    expect(rate(make({ peak: 2 }), 0, 100)).toBeCloseTo(2, 7);
    expect(rate(make({ peak: 2 }), 50, 100)).toBeCloseTo(1, 7);
    expect(rate(make({ peak: 2 }), 100, 100)).toBeCloseTo(0, 7);
    expect(rate(make({ peak: 2, floor: 0.5 }), 100, 100)).toBeCloseTo(0.5, 7);
    expect(rate(make({ peak: 2, floor: 0.5 }), 300, 100)).toBeCloseTo(0.5, 7);
  });

  test('the warm-up reaches the peak at its last step', () => {
    const schedule = cosine({ peak: 1, warmup: 0.1 });
    expect(rate(schedule, 0, 1000)).toBeCloseTo(1 / 100, 7);
    expect(rate(schedule, 99, 1000)).toBeCloseTo(1, 7);
    expect(rate(schedule, 100, 1000)).toBeCloseTo(1, 7);
  });

  test('a run of one step is finite', () => {
    expect(rate(cosine({ peak: 1, warmup: 1 }), 0, 1)).toBe(1);
    expect(rate(linear({ peak: 1, warmup: 0.5 }), 0, 1)).toBe(1);
  });

  test('constant is the same at every step', () => {
    expect(rate(constant(0.25), 7, 9)).toBe(0.25);
  });

  test.each([
    [() => constant(0), 'rate 0'],
    [() => cosine({ peak: -1 }), 'peak -1'],
    [() => cosine({ peak: 1, warmup: 100 }), 'warmup 100'],
    [() => linear({ peak: 1, floor: 2 }), 'floor 2'],
  ])('refuses %o', (make, given) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-option', given }) as Error);
  });
});
