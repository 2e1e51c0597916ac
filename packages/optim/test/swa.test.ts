import { hostTensor } from '@limbeck/core';
import { adamw, swa } from '@limbeck/optim';
import { input, interpret } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import golden from './golden/optimisers.json' with { type: 'json' };
import { gradients, start } from './support/problem.js';
import { type Numbers, Trainer } from './support/train.js';

/** The average after steps whose parameters are given. */
function averageOf(options: Parameters<typeof swa>[0], trail: readonly Numbers[]): Numbers {
  const paths = Object.keys(trail[0]!);
  const inputs = (prefix: string) =>
    Object.fromEntries(
      paths.map((path) => {
        const spec = { dtype: 'float32', shape: [trail[0]![path]!.length] } as const;
        return [path, input(`${prefix}/${path}`, spec)];
      }),
    );
  const next = swa(options).update({
    average: inputs('average'),
    parameters: inputs('parameters'),
    step: input('step', { dtype: 'int64', shape: [] }),
  });
  const host = (prefix: string, values: Numbers) =>
    Object.fromEntries(
      paths.map((path) => {
        const data = Float64Array.from(values[path]!);
        return [`${prefix}/${path}`, hostTensor('float64', [data.length], data)];
      }),
    );
  return trail.reduce<Numbers>(
    (average, parameters, step) => {
      const found = interpret(next, {
        ...host('average', average),
        ...host('parameters', parameters),
        step: hostTensor('int64', [], [step]),
      });
      return Object.fromEntries(
        paths.map((path) => [path, Array.from(found[path]!.data as Float64Array)]),
      );
    },
    Object.fromEntries(paths.map((path) => [path, trail[0]![path]!.map(() => 7)])),
  );
}

const settings = {
  'swa from 8 every 3': { start: 8, every: 3 },
  'swa from 1': { start: 1 },
} as const;

describe('swa', () => {
  const trainer = new Trainer(adamw({ rate: 0.05 }), start);
  const trail = Array.from({ length: golden.steps }, (_, t) => {
    trainer.step(gradients(trainer.parameters, t), t);
    return trainer.parameters;
  });

  test.each(golden.averages)('$name agrees with PyTorch over 20 steps', (expected) => {
    const average = averageOf(settings[expected.name as keyof typeof settings], trail);
    for (const [path, values] of Object.entries(expected.parameters)) {
      values.forEach((value, i) =>
        expect(Math.abs(average[path]![i]! - value), `${path} ${i}`).toBeLessThan(1e-6),
      );
    }
  });

  test('is the parameters themselves until its start', () => {
    const rising = [1, 2, 3, 4, 5].map((x) => ({ w: [x] }));
    expect(averageOf({ start: 5 }, rising.slice(0, 3))['w']).toEqual([3]);
    expect(averageOf({ start: 5 }, rising)['w']).toEqual([5]);
    expect(averageOf({ start: 3, every: 2 }, rising)['w']).toEqual([4]);
    expect(averageOf({ start: 3, every: 2 }, rising.slice(0, 4))['w']).toEqual([3]);
  });

  test('starts as a copy, and refuses steps that are not whole', () => {
    const w = hostTensor('float32', [1], [2]);
    const { w: copy } = swa({ start: 1 }).init({ w });
    expect(copy).toEqual(w);
    expect(copy!.data).not.toBe(w.data);
    expect(() => swa({ start: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid-option', given: 'start 0' }) as Error,
    );
    expect(() => swa({ start: 1, every: 0.5 })).toThrow(
      expect.objectContaining({ code: 'invalid-option', given: 'every 0.5' }) as Error,
    );
  });
});
