import type { JsonObject } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';

/**
 * A number that changes while training: a float32 scalar from the optimiser steps done and the steps in all, int64
 * scalars. It is an expression, so it is part of the step's graph. Any such function is a schedule.
 */
export interface Schedule {
  (step: Tensor, steps: Tensor): Tensor;
  /** What it is set to: a checkpoint of a run with another one is refused. @defaultValue nothing is compared */
  readonly config?: JsonObject;
}

/** A schedule that says what it is set to. */
export function schedule(
  name: string,
  options: object,
  rateAt: (step: Tensor, steps: Tensor) => Tensor,
): Schedule {
  const config: JsonObject = { name, ...(options as JsonObject) };
  return Object.assign((step: Tensor, steps: Tensor) => rateAt(step, steps), { config });
}
