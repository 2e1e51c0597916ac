import { measureLatency, quantile } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';

/** A clock that systems turn forward themselves. */
function manualClock(): { now: number; read(): number } {
  return {
    now: 0,
    read() {
      return this.now;
    },
  };
}

describe('measureLatency', () => {
  test('takes turns, each system first equally often, after the warm-up', async () => {
    const calls: string[] = [];
    const system = (name: string) => (input: number) => void calls.push(`${name}${input}`);
    await measureLatency({ a: system('a'), b: system('b') }, [1, 2], { warmup: 3, rounds: 2 });
    expect(calls.join(' ')).toBe('a1 a2 a1 b1 b2 b1 a1 b1 b2 a2 a1 b1 b2 a2');
  });

  test('has the quantiles of what each call took', async () => {
    const clock = manualClock();
    const takes = (factor: number) => async (input: number) => {
      await Promise.resolve();
      clock.now += factor * input;
    };
    const inputs = Array.from({ length: 101 }, (_, i) => i);
    const measured = await measureLatency({ fast: takes(1), slow: takes(3) }, inputs, {
      clock: () => clock.read(),
    });
    expect(measured.fast).toMatchObject({ p50: 50, p95: 95 });
    expect(measured.slow).toMatchObject({ p50: 150, p95: 285 });
    expect([...measured.slow.samplesMs.subarray(0, 3)]).toEqual([0, 3, 6]);
  });

  test.each([
    ['no inputs', 'empty-data', () => measureLatency({ a: () => 1 }, [])],
    ['no rounds', 'invalid-option', () => measureLatency({ a: () => 1 }, [1], { rounds: 0 })],
    [
      'half a warm-up',
      'invalid-option',
      () => measureLatency({ a: () => 1 }, [1], { warmup: 0.5 }),
    ],
    [
      'an abort',
      'aborted',
      () => measureLatency({ a: () => 1 }, [1], { abortSignal: AbortSignal.abort() }),
    ],
  ])('refuses %s', async (_name, code, call) => {
    await expect(call()).rejects.toMatchObject({ code });
  });
});

describe('quantile', () => {
  test('interpolates, as NumPy does by default', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 3, 2], 0.95)).toBeCloseTo(3.85, 12);
    expect(quantile([7], 0.95)).toBe(7);
  });

  test('refuses no numbers, and a share beyond 1', () => {
    expect(() => quantile([], 0.5)).toThrow(expect.objectContaining({ code: 'empty-data' }));
    expect(() => quantile([1], 95)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});
