import { isObject } from './json-checks.js';
import { softmax } from './softmax.js';

/**
 * How probabilities are corrected, as `limbeck.calibration` of a student's `config.json` has it.
 *
 * ```text
 * temperature   q = softmax(logits / temperature)
 * platt         q_c ∝ f(p_c),  f(p) = 1 / (1 + exp(−(a · log(p / (1 − p)) + b)))
 * isotonic      q_c ∝ f(p_c),  f linear between the points (x, y), and flat beyond them
 * ```
 *
 * `p = softmax(logits)`, and `∝` says that the probabilities are divided by their sum. A curve never falls, so that
 * answers stay as they are.
 *
 * @see Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017, §4.
 * {@link https://arxiv.org/abs/1706.04599}
 */
export type Calibration =
  | { readonly kind: 'temperature'; readonly temperature: number }
  | { readonly kind: 'platt'; readonly a: number; readonly b: number }
  | { readonly kind: 'isotonic'; readonly x: readonly number[]; readonly y: readonly number[] };

/** Odds are taken of probabilities no nearer to 0 and 1 than this. */
const nearest = 1e-12;

/** Probabilities of logits, `[labels]`, corrected; they sum to 1. */
export function calibrated(logits: Float32Array, calibration: Calibration): Float64Array {
  if (calibration.kind === 'temperature') return softmax(logits, calibration.temperature);
  const plain = softmax(logits, 1);
  const bent = plain.map((p) => curve(calibration, p));
  const sum = bent.reduce((total, p) => total + p, 0);
  // A curve that sends all labels to 0 says nothing of this text.
  return sum > 0 ? bent.map((p) => p / sum) : plain;
}

function curve(calibration: Exclude<Calibration, { kind: 'temperature' }>, p: number): number {
  if (calibration.kind === 'platt') {
    const inside = Math.min(1 - nearest, Math.max(nearest, p));
    const odds = Math.log(inside) - Math.log1p(-inside);
    return 1 / (1 + Math.exp(-(calibration.a * odds + calibration.b)));
  }
  const { x, y } = calibration;
  const above = x.findIndex((corner) => corner >= p);
  if (above === 0) return y[0]!;
  if (above < 0) return y.at(-1)!;
  const share = (p - x[above - 1]!) / (x[above]! - x[above - 1]!);
  return y[above - 1]! + share * (y[above]! - y[above - 1]!);
}

/** What a file says, checked; null for what is no calibration. */
export function readCalibration(value: unknown): Calibration | null {
  if (!isObject(value)) return null;
  const { kind, temperature, a, b, x, y } = value;
  const isNumber = (number: unknown): number is number => Number.isFinite(number);
  const isList = (list: unknown): list is number[] => Array.isArray(list) && list.every(isNumber);
  switch (kind) {
    case 'temperature':
      return isNumber(temperature) && temperature > 0 ? { kind, temperature } : null;
    case 'platt':
      return isNumber(a) && isNumber(b) && a >= 0 ? { kind, a, b } : null;
    case 'isotonic': {
      if (!isList(x) || !isList(y) || x.length === 0 || x.length !== y.length) return null;
      const isRising = x.every((corner, i) => i === 0 || corner > x[i - 1]!);
      const neverFalls = y.every((corner, i) => corner >= (y[i - 1] ?? 0) - 1e-12);
      return isRising && neverFalls ? { kind, x, y } : null;
    }
    default:
      return null;
  }
}
