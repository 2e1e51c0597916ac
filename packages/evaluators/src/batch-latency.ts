import { checkWhole, LimbeckError } from '@limbeck/core';
import { type Latency, type LatencyOptions, measureLatency } from './latency.js';

/** Options of {@link measureBatches}. */
export interface BatchLatencyOptions extends LatencyOptions {
  /** How many inputs a call gets. @defaultValue [1, 32] */
  readonly batchSizes?: readonly number[];
}

/** What one system took at one batch size. */
export interface BatchLatency extends Latency {
  /** How many inputs each call got. */
  readonly batchSize: number;
  /** Inputs a second, over all timed calls. */
  readonly perSecond: number;
}

/**
 * Times systems against each other at several batch sizes, warm, as {@link measureLatency} does. Inputs that do not fill the last batch are
 * left out, so that every call is of one size; where there are fewer inputs than one batch, they are repeated.
 *
 * @throws LimbeckError `invalid-option` for a batch size below 1; and as {@link measureLatency}
 */
export async function measureBatches<Input, Name extends string>(
  systems: { readonly [name in Name]: (inputs: readonly Input[]) => unknown },
  inputs: readonly Input[],
  options: BatchLatencyOptions = {},
): Promise<{ readonly [name in Name]: readonly BatchLatency[] }> {
  const { batchSizes = [1, 32], ...rest } = options;
  for (const batchSize of batchSizes) {
    checkWhole('measureBatches', { batchSize }, 1, 'Use 1 and 32.');
  }
  const names = Object.keys(systems) as Name[];
  const found = names.map((): BatchLatency[] => []);
  for (const batchSize of batchSizes) {
    const latencies = await measureLatency(systems, batchesOf(inputs, batchSize), rest);
    names.forEach((name, i) => {
      const latency = latencies[name];
      const totalMs = latency.samplesMs.reduce((sum, ms) => sum + ms, 0);
      const perSecond = (1000 * batchSize * latency.samplesMs.length) / totalMs;
      found[i]!.push({ ...latency, batchSize, perSecond });
    });
  }
  const all: { [name: string]: readonly BatchLatency[] } = Object.fromEntries(
    names.map((name, i) => [name, found[i]!]),
  );
  return all as { readonly [name in Name]: readonly BatchLatency[] };
}

function batchesOf<Input>(inputs: readonly Input[], size: number): Input[][] {
  if (inputs.length === 0) {
    throw new LimbeckError('empty-data', {
      where: 'measureBatches',
      given: 'no inputs',
      expected: 'at least one',
      next: 'Pass some hundred inputs of real length.',
    });
  }
  const batches = Math.max(1, Math.floor(inputs.length / size));
  return Array.from({ length: batches }, (_, b) =>
    Array.from({ length: size }, (_, i) => inputs[(b * size + i) % inputs.length]!),
  );
}
