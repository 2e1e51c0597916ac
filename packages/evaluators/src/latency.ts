import { checkWhole, LimbeckError } from '@limbeck/core';
import { quantile } from './quantile.js';
import type { LatencyMs } from './run-report.js';

/** Options of {@link measureLatency}. */
export interface LatencyOptions {
  /** How often each input is timed. @defaultValue 1 */
  readonly rounds?: number;
  /** How many calls each system makes before the clock runs. @defaultValue 10 */
  readonly warmup?: number;
  /** Tells milliseconds. @defaultValue `performance.now` */
  readonly clock?: () => number;
  /** Stops between calls. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** What one system took. */
export interface Latency extends LatencyMs {
  /** The 99th percentile, in milliseconds. */
  readonly p99: number;
  /** All timed calls, in milliseconds, round by round in the order of the inputs. */
  readonly samplesMs: Float64Array;
}

/**
 * Times systems against each other at batch 1. They take turns on every input, each going first equally often, so that
 * a busy moment of the machine hits all alike. An answer that is a promise is awaited; one that is not, is not.
 *
 * @throws LimbeckError `empty-data` for no inputs; `invalid-option` for rounds below 1 or a warm-up below 0; `aborted`
 */
export async function measureLatency<Input, Name extends string>(
  systems: { readonly [name in Name]: (input: Input) => unknown },
  inputs: readonly Input[],
  options: LatencyOptions = {},
): Promise<{ readonly [name in Name]: Latency }> {
  const { rounds = 1, warmup = 10, clock = () => performance.now(), abortSignal } = options;
  checkWhole('measureLatency', { rounds }, 1, 'Use 1, or more for a steadier number.');
  checkWhole('measureLatency', { warmup }, 0, 'Use 10.');
  const names = Object.keys(systems) as Name[];
  if (inputs.length === 0) {
    throw new LimbeckError('empty-data', {
      where: 'measureLatency',
      given: 'no inputs',
      expected: 'at least one',
      next: 'Pass some hundred inputs of real length.',
    });
  }
  for (const name of names) {
    for (let i = 0; i < warmup; i++) {
      checkNotAborted(abortSignal);
      await systems[name](inputs[i % inputs.length]!);
    }
  }
  const samples = names.map(() => new Float64Array(rounds * inputs.length));
  for (let call = 0; call < rounds * inputs.length; call++) {
    const input = inputs[call % inputs.length]!;
    for (let turn = 0; turn < names.length; turn++) {
      checkNotAborted(abortSignal);
      const which = (turn + call) % names.length;
      const start = clock();
      const answer = systems[names[which]!](input);
      // Awaiting a plain value would add a turn of the event loop to what is measured.
      if (isPromise(answer)) await answer;
      samples[which]![call] = clock() - start;
    }
  }
  const measured = names.map((name, i) => {
    const samplesMs = samples[i]!;
    const latency: Latency = {
      p50: quantile(samplesMs, 0.5),
      p95: quantile(samplesMs, 0.95),
      p99: quantile(samplesMs, 0.99),
      samplesMs,
    };
    return [name, latency] as const;
  });
  return Object.fromEntries(measured) as { readonly [name in Name]: Latency };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function checkNotAborted(abortSignal: AbortSignal | undefined): void {
  if (!abortSignal?.aborted) return;
  throw new LimbeckError('aborted', {
    where: 'measureLatency',
    given: 'an abort',
    expected: 'to time every system',
    next: 'Measure again from the start: partial timings are not kept.',
    cause: abortSignal.reason,
  });
}
