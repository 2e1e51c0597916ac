import { hostTensor } from '@limbeck/core';
import {
  adamw,
  constant,
  cosine,
  inverseSquareRoot,
  linear,
  oneCycle,
  polynomial,
  type Schedule,
  stepwise,
  warmRestarts,
} from '@limbeck/optim';
import { input, interpret, type Tensor } from '@limbeck/tensor';
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

const schedules: { readonly [name: string]: Schedule } = {
  cosine: cosine(options),
  linear: linear(options),
  polynomial: polynomial({ ...options, power: 1.5 }),
  'polynomial to 0': polynomial({ peak: 0.1, power: 2 }),
  'stepwise every 6': stepwise({ rate: 0.1, factor: 0.5, every: 6 }),
  'stepwise at shares': stepwise({ rate: 0.1, factor: 0.2, at: [0.5, 0.75] }),
  inverseSquareRoot: inverseSquareRoot({ peak: 0.1, warmupSteps: 5 }),
  oneCycle: oneCycle({ peak: 0.1 }),
  warmRestarts: warmRestarts({ peak: 0.1, floor: 0.01, period: 6 }),
  'warmRestarts, each twice as long': warmRestarts({
    peak: 0.1,
    floor: 0.01,
    period: 3,
    stretch: 2,
  }),
};

describe('schedules', () => {
  test('each of the transcriptions has its schedule', () => {
    expect(Object.keys(schedules)).toEqual(Object.keys(golden.rates));
  });

  test.each(Object.entries(schedules))('%s agrees with its transcription', (name, schedule) => {
    const expected = golden.rates[name as keyof typeof golden.rates];
    expected.forEach((value, step) => expect(rate(schedule, step, 20)).toBeCloseTo(value, 8));
  });

  test.each(Object.entries(schedules))('%s is finite at any step of any run', (_name, schedule) => {
    for (const [step, steps] of [
      [0, 1],
      [0, 2],
      [1, 2],
      [5, 3],
      [2 ** 30, 2 ** 31],
    ] as const) {
      const value = rate(schedule, step, steps);
      expect(value >= 0 && value <= 0.1 + 1e-7, `${value} at ${step} of ${steps}`).toBe(true);
    }
  });

  test('restarts are at the right steps however long the run', () => {
    // Cycles of 10, 30, 90, …: the k-th starts at 10 (3ᵏ − 1) / 2.
    const schedule = warmRestarts({ peak: 1, period: 10, stretch: 3 });
    for (let k = 0; k < 14; k++) {
      const start = (10 * (3 ** k - 1)) / 2;
      expect(rate(schedule, start, 1e9)).toBe(1);
      if (start > 0) expect(rate(schedule, start - 1, 1e9)).toBeLessThan(0.1);
    }
  });

  test('a peer of the cosine without restarts, and of the straight line', () => {
    for (const step of [0, 3, 19]) {
      const restarting = rate(warmRestarts({ peak: 0.2, period: 20 }), step, 20);
      expect(restarting).toBeCloseTo(rate(cosine({ peak: 0.2 }), step, 20), 8);
      const straight = rate(polynomial({ ...options, power: 1 }), step, 20);
      expect(straight).toBeCloseTo(rate(linear(options), step, 20), 8);
    }
  });

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
    [() => polynomial({ peak: 1, power: 0 }), 'power 0'],
    [() => inverseSquareRoot({ peak: 0, warmupSteps: 1 }), 'peak 0'],
    [() => inverseSquareRoot({ peak: 1, warmupSteps: 0 }), 'warmupSteps 0'],
    [() => oneCycle({ peak: 1, rise: 2 }), 'rise 2'],
    [() => oneCycle({ peak: 1, startDivisor: 0.5 }), 'startDivisor 0.5'],
    [() => oneCycle({ peak: 0 }), 'peak 0'],
    [() => stepwise({ rate: 1 }), 'neither every nor at'],
    [() => stepwise({ rate: 1, every: 2, at: [0.5] }), 'both every and at'],
    [() => stepwise({ rate: 1, every: 0 }), 'every 0'],
    [() => stepwise({ rate: 1, at: [0.5, 2] }), 'at 2'],
    [() => stepwise({ rate: 1, every: 1, factor: 2 }), 'factor 2'],
    [() => warmRestarts({ peak: 1, period: 0 }), 'period 0'],
    [() => warmRestarts({ peak: 1, period: 1, stretch: 1.5 }), 'stretch 1.5'],
    [() => warmRestarts({ peak: 1, period: 1, floor: 2 }), 'floor 2'],
  ])('refuses %o', (make, given) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-option', given }) as Error);
  });
});

describe('an optimiser refuses a rate', () => {
  test.each([undefined, null, '0.1', {}])('of %j', (value) => {
    expect(() => adamw({ rate: value as never })).toThrow(
      expect.objectContaining({ code: 'invalid-option', where: 'adamw' }) as Error,
    );
  });

  test.each([
    ['number', () => 0.1],
    ['float32 [1]', (step: Tensor) => step.cast('float32').reshape([1])],
    ['int64 []', (step: Tensor) => step],
  ])('whose schedule makes %s', (given, schedule) => {
    const { update } = adamw({ rate: schedule as Schedule });
    const clock = { step: input('step', whole), steps: input('steps', whole) };
    const nothing = { parameters: {}, gradients: {}, state: { first: {}, second: {} } };
    expect(() => update({ ...nothing, ...clock })).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        where: 'adamw, rate',
        given: `a schedule that makes ${given}`,
      }) as Error,
    );
  });
});
