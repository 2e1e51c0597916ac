import type { JsonObject } from '@limbeck/core';
import type { Metrics } from './program.js';

/** What a line of progress tells. */
export interface Progress {
  readonly phase: string;
  readonly step: number;
  /** Steps in all. */
  readonly steps: number;
  readonly metrics: Metrics;
  /** Of this process. */
  readonly seconds: number;
  /** Steps and examples of this process. */
  readonly stepsDone: number;
  readonly examples: number;
}

/** The fields and the line of a `train/step` event. */
export function progressOf(given: Progress): {
  readonly fields: JsonObject;
  readonly line: string;
} {
  const { phase, step, steps, metrics, seconds, stepsDone, examples } = given;
  const examplesPerSecond = Math.round(examples / seconds);
  const secondsLeft = Math.max(0, Math.round(((steps - step) * seconds) / stepsDone));
  const terms = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`);
  return {
    fields: { phase, step, steps, metrics, examplesPerSecond, secondsLeft },
    line: `step ${step}/${steps}: ${terms.join(', ')}; ${examplesPerSecond} examples/s, ${secondsLeft} s left`,
  };
}
