import type { Comparison } from './comparison.js';
import { metricText } from './metric-text.js';

/** Options of {@link comparisonSentence}. */
export interface SentenceOptions {
  /** The share that the interval holds. @defaultValue 0.95 */
  readonly confidence?: number;
}

/**
 * A comparison in words that can be quoted: who is better, by how much, with interval and p. Where the interval holds 0
 * it says that no difference was shown.
 */
export function comparisonSentence(comparison: Comparison, options: SentenceOptions = {}): string {
  const { metric, better, worse, factors = {}, difference, low, high, p } = comparison;
  const { confidence = 0.95 } = options;
  const { name, factor, digits, unit } = metricText(metric);
  const show = (value: number): string => signed(value * factor, digits);
  const range = `${Number((confidence * 100).toFixed(1))}% interval ${show(low)} to ${show(high)}, ${pText(p)}`;
  const where = Object.entries(factors)
    .map(([factor, value]) => ` (${factor}: ${value})`)
    .join('');
  const withUnit = (size: string): string =>
    unit === '' ? size : `${size} ${size === '1.0' ? unit : `${unit}s`}`;
  if (low <= 0 && high >= 0) {
    return `In ${name}${where}, no difference is shown between ${better} and ${worse}: ${withUnit(show(difference))} (${range}).`;
  }
  const verdict = difference > 0 ? 'better' : 'worse';
  return `In ${name}${where}, ${better} is ${withUnit(show(Math.abs(difference)))} ${verdict} than ${worse} (${range}).`;
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
