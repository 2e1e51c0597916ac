import { checkWhole } from '@limbeck/core';
import type { Predictions, References } from '../predictions.js';
import type { PlattCalibration } from './calibration.js';
import { type ClassLogits, fitRows } from './logits.js';
import { pooled } from './pooled.js';
import type { FitOptions } from './temperature.js';

/**
 * Platt's logistic curve from a class's log-odds to how often it is right, fitted over every class of every item, with
 * his smoothed targets. With two classes it is a temperature; with more it can correct all classes up or down as well.
 *
 * ```text
 * f(p) = 1 / (1 + exp(−(a · log(p / (1 − p)) + b)))
 * min_{a > 0, b}  − Σ t log f + (1 − t) log(1 − f)     t₊ = (n₊ + 1) / (n₊ + 2),  t₋ = 1 / (n₋ + 2)
 * ```
 *
 * @throws LimbeckError as {@link fitTemperature}
 * @see Platt, "Probabilistic Outputs for Support Vector Machines", 1999; Lin, Lin and Weng 2007 for the Newton steps.
 */
export function fitPlatt(
  given: ClassLogits | Predictions,
  references: References,
  options: FitOptions = {},
): PlattCalibration {
  const { minItems = 10 } = options;
  checkWhole('fitPlatt', { minItems }, 2, 'Use 10.');
  const { p, right } = pooled(fitRows('fitPlatt', given, references, minItems));
  const x = p.map(logOdds);
  const hits = right.reduce((sum, r) => sum + r, 0);
  const t = Float64Array.from(right, (r) =>
    r === 1 ? (hits + 1) / (hits + 2) : 1 / (right.length - hits + 2),
  );
  const { a, b } = newton(x, t);
  if (a >= flattest) return { kind: 'platt', a, b };
  // Answers that are worse the surer they are: the best curve that does not fall is all but flat, at the targets' mean.
  const mean = t.reduce((sum, each) => sum + each, 0) / t.length;
  return { kind: 'platt', a: flattest, b: logOdds(mean) };
}

/** Keeps the classes in their order where the odds say nothing. */
const flattest = 1e-6;

/** `log(p / (1 − p))`, with p no nearer to 0 or 1 than 1e-12. */
export function logOdds(p: number): number {
  const inside = Math.min(1 - 1e-12, Math.max(1e-12, p));
  return Math.log(inside) - Math.log1p(-inside);
}

/** The logistic curve. */
export function sigmoid(u: number): number {
  return u >= 0 ? 1 / (1 + Math.exp(-u)) : Math.exp(u) / (1 + Math.exp(u));
}

/** The least cross-entropy of `σ(a x + b)` from `t`, by Newton's method with halved steps. */
function newton(x: Float64Array, t: Float64Array): { readonly a: number; readonly b: number } {
  let [a, b] = [1, 0];
  let loss = crossEntropy(x, t, a, b);
  for (let round = 0; round < 100; round++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-12, 0, 1e-12];
    for (let i = 0; i < x.length; i++) {
      const f = sigmoid(a * x[i]! + b);
      const gap = f - t[i]!;
      const curve = f * (1 - f);
      ga += gap * x[i]!;
      gb += gap;
      haa += curve * x[i]! * x[i]!;
      hab += curve * x[i]!;
      hbb += curve;
    }
    const determinant = haa * hbb - hab * hab;
    const da = -(hbb * ga - hab * gb) / determinant;
    const db = -(haa * gb - hab * ga) / determinant;
    const before = loss;
    for (let step = 1; step > 1e-10; step /= 2) {
      const next = crossEntropy(x, t, a + step * da, b + step * db);
      if (next > loss) continue;
      a += step * da;
      b += step * db;
      loss = next;
      break;
    }
    if (before - loss <= 1e-14 * before) break;
  }
  return { a, b };
}

function crossEntropy(x: Float64Array, t: Float64Array, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const u = a * x[i]! + b;
    // log(1 + eᵘ) − t u, without overflow.
    sum += Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))) - t[i]! * u;
  }
  return sum;
}
