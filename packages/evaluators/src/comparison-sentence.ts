import type { Comparison } from './comparison.js';

/** Options of {@link comparisonSentence}. */
export interface SentenceOptions {
  /** The share that the interval holds. @defaultValue 0.95 */
  readonly confidence?: number;
}

/** Metrics in `[0, 1]`, whose differences people read in points of a hundred. */
const inPoints: { readonly [metric: string]: string } = {
  accuracy: 'accuracy',
  macroF1: 'macro-F1',
  ece: 'calibration error',
  agreement: 'agreement with the teacher',
};

/**
 * A comparison in words that can be quoted: who is better, by how much, with interval and p. Where the interval holds 0
 * it says that no difference was shown.
 */
export function comparisonSentence(comparison: Comparison, options: SentenceOptions = {}): string {
  const { metric, better, worse, factors = {}, difference, low, high, p } = comparison;
  const { confidence = 0.95 } = options;
  const points = metric in inPoints;
  const name = inPoints[metric] ?? metric;
  const show = (value: number): string => signed(points ? value * 100 : value, points ? 1 : 3);
  const range = `${Number((confidence * 100).toFixed(1))}% interval ${show(low)} to ${show(high)}, ${pText(p)}`;
  const where = Object.entries(factors)
    .map(([factor, value]) => ` (${factor}: ${value})`)
    .join('');
  if (low <= 0 && high >= 0) {
    const gap = points ? `${show(difference)} points` : show(difference);
    return `In ${name}${where}, no difference is shown between ${better} and ${worse}: ${gap} (${range}).`;
  }
  const size = show(Math.abs(difference));
  const by = points ? `${size} ${size === '1.0' ? 'point' : 'points'}` : size;
  const verdict = difference > 0 ? 'better' : 'worse';
  return `In ${name}${where}, ${better} is ${by} ${verdict} than ${worse} (${range}).`;
}

/** A p-value as text. */
function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

/** A number with a true minus sign, and without one before zero. */
function signed(value: number, digits: number): string {
  const shown = Math.abs(value).toFixed(digits);
  return value < 0 && Number(shown) !== 0 ? `−${shown}` : shown;
}
