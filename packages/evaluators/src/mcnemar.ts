import { checkWhole } from '@limbeck/core';

/** Items on which exactly one of two systems is right. */
export interface Discordant {
  /** Items that the first alone has right. */
  readonly firstOnly: number;
  /** Items that the second alone has right. */
  readonly secondOnly: number;
}

/** Options of {@link mcnemar}. */
export interface McNemarOptions {
  /** Which p. @defaultValue 'exact' below 25 discordant items, else 'corrected' */
  readonly method?: 'exact' | 'mid-p' | 'corrected';
}

/** What {@link mcnemar} found. */
export interface McNemarResult {
  /** Two-sided p-value. */
  readonly p: number;
  /** How it was computed. */
  readonly method: 'exact' | 'mid-p' | 'corrected';
  /** The corrected χ² statistic with one degree of freedom, `(|b − c| − 1)² / (b + c)`; 0 without discordant items. */
  readonly statistic: number;
}

/**
 * McNemar's test that two systems are right equally often, for independent items. For items that come in groups use
 * `compare` with clusters.
 *
 * ```text
 * exact      p = min(1, 2 · P[Binomial(b + c, ½) ≤ min(b, c)])
 * mid-p      the same minus P[Binomial(b + c, ½) = min(b, c)]
 * corrected  χ² = (|b − c| − 1)² / (b + c), one degree of freedom
 * ```
 *
 * @throws LimbeckError `invalid-option` for counts that are no whole numbers of at least 0
 * @see McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947;
 * Edwards 1948 for the correction; Fagerland, Lydersen and Laake 2013 for mid-p.
 */
export function mcnemar(counts: Discordant, options: McNemarOptions = {}): McNemarResult {
  const { firstOnly, secondOnly } = counts;
  checkWhole('mcnemar', { firstOnly, secondOnly }, 0, 'Pass counts of items.');
  const n = firstOnly + secondOnly;
  const { method = n < 25 ? 'exact' : 'corrected' } = options;
  const statistic = n === 0 ? 0 : Math.max(0, Math.abs(firstOnly - secondOnly) - 1) ** 2 / n;
  if (n === 0) return { p: 1, method, statistic };
  if (method === 'corrected') return { p: erfc(Math.sqrt(statistic / 2)), method, statistic };
  const { upTo, at } = binomialTail(Math.min(firstOnly, secondOnly), n);
  const p = Math.min(1, method === 'exact' ? 2 * upTo : 2 * upTo - at);
  return { p, method, statistic };
}

/** `P[X ≤ k]` and `P[X = k]` of Binomial(n, ½), by terms in logarithms. */
function binomialTail(k: number, n: number): { readonly upTo: number; readonly at: number } {
  let logTerm = -n * Math.LN2;
  let upTo = Math.exp(logTerm);
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log((n - i + 1) / i);
    upTo += Math.exp(logTerm);
  }
  return { upTo: Math.min(1, upTo), at: Math.exp(logTerm) };
}

/** The complementary error function for x of at least 0: its series below 2, its continued fraction above. */
function erfc(x: number): number {
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2) {
    let term = 2 * x;
    let sum = term;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - scale * sum;
  }
  // Fifty levels reach double precision from x = 2 on.
  let fraction = x;
  for (let n = 50; n >= 1; n--) fraction = x + n / 2 / fraction;
  return scale / fraction;
}
