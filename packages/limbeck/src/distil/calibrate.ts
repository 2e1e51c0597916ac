import { probabilitiesOf } from './numbers.js';

/** Mean negative log-likelihood of labels, in nats. */
function nllAt(
  logits: Float32Array,
  labels: readonly number[],
  classes: number,
  temperature: number,
): number {
  const { probabilities } = probabilitiesOf(logits, classes, temperature);
  const sum = labels.reduce(
    (total, label, row) => total - Math.log(Math.max(1e-12, probabilities[row * classes + label]!)),
    0,
  );
  return sum / labels.length;
}

/**
 * The temperature by which logits make the labels most likely: one number that moves no answer and mends how sure it is.
 *
 * @param logits - `[rows, classes]` of held-out rows
 * @returns a temperature from 0.05 to 20
 * @see Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017, §4.2.
 * {@link https://arxiv.org/abs/1706.04599}
 */
export function fitTemperature(
  logits: Float32Array,
  labels: readonly number[],
  classes: number,
): number {
  // The likelihood has one peak along the temperature, so thirds close in on it, on the logarithm.
  let [low, high] = [Math.log(0.05), Math.log(20)];
  const cost = (log: number): number => nllAt(logits, labels, classes, Math.exp(log));
  for (let i = 0; i < 60; i++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (cost(a) <= cost(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}
