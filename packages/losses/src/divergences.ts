import type { Tensor } from '@limbeck/tensor';

/**
 * Log-probabilities below this are raised to it: e^−100 is smaller than every positive float32, so no probability
 * changes, and −∞, which a ruled-out class has, becomes a number that can be multiplied by 0.
 */
const lowestLog = -100;

/** Log-probabilities at a temperature, none below {@link lowestLog}. */
export function finiteLogs(logits: Tensor, temperature: number): Tensor {
  return logits.div(temperature).logSoftmax().maximum(lowestLog);
}
