import { checkPositive } from '@limbeck/core';
import type { BatchLatency } from './batch-latency.js';
import { usdPerMillion } from './cost.js';
import { some } from './additive-metric.js';

/** What was measured of a system that serves; only the latencies must be there. */
export interface ServingMeasures {
  /** From {@link measureBatches}. */
  readonly latencies: readonly BatchLatency[];
  /** From `measureColdStart`. */
  readonly coldStart?: { readonly totalMs: number; readonly peakRssBytes: number };
  /** From `fileFacts`, of what ships. */
  readonly file?: { readonly sizeBytes: number; readonly gzipBytes: number };
  /** Floating-point operations for one item, such as a graph's cost says. */
  readonly flops?: number;
  /** US dollars an hour of the machine. */
  readonly usdPerHour?: number;
}

/** What serving a system costs, as a report holds it. */
export interface ServingCost {
  /** Warm latency by batch size, without the samples. */
  readonly latencies: readonly {
    /** How many inputs a call gets. */
    readonly batchSize: number;
    /** The median, in milliseconds a call. */
    readonly p50: number;
    /** The 95th percentile. */
    readonly p95: number;
    /** The 99th percentile. */
    readonly p99: number;
    /** Items a second. */
    readonly perSecond: number;
  }[];
  /** From nothing to the first answer, in milliseconds. */
  readonly coldStartMs?: number;
  /** The most memory that a process held until its first answer. */
  readonly peakRssBytes?: number;
  /** Bytes of what ships. */
  readonly sizeBytes?: number;
  /** The same after gzip. */
  readonly gzipBytes?: number;
  /** Floating-point operations for one item. */
  readonly flops?: number;
  /** Billions of them a second, at the fastest batch size. */
  readonly gigaflopsPerSecond?: number;
  /** US dollars for a million items, at the fastest batch size, of a machine that always has work. */
  readonly usdPerMillion?: number;
}

/**
 * What serving a system costs, in one table: time, memory, size, work, money.
 *
 * @throws LimbeckError `empty-data` without a latency; `invalid-option` for `flops` that are not above 0, and as {@link usdPerMillion}
 */
export function servingCost(measures: ServingMeasures): ServingCost {
  const { latencies, coldStart, file, flops, usdPerHour } = measures;
  some('servingCost', latencies.length);
  const perSecond = Math.max(...latencies.map((latency) => latency.perSecond));
  if (flops !== undefined) checkPositive('servingCost', { flops }, 'Leave it out if not known.');
  return {
    latencies: latencies.map(({ batchSize, p50, p95, p99, perSecond }) => ({
      batchSize,
      p50,
      p95,
      p99,
      perSecond,
    })),
    ...(coldStart === undefined
      ? {}
      : { coldStartMs: coldStart.totalMs, peakRssBytes: coldStart.peakRssBytes }),
    ...(file === undefined ? {} : { sizeBytes: file.sizeBytes, gzipBytes: file.gzipBytes }),
    ...(flops === undefined ? {} : { flops, gigaflopsPerSecond: (flops * perSecond) / 1e9 }),
    ...(usdPerHour === undefined
      ? {}
      : { usdPerMillion: usdPerMillion({ usdPerHour, perSecond }) }),
  };
}
