/** How BLEU treats an order without a match, as sacreBLEU names it. */
export interface BleuSmoothing {
  /**
   * `exp` halves a share more for each such order, `floor` counts `value` matches, `add-k` adds `value` to matches and totals from the
   * second order on, `none` makes the score 0. @defaultValue 'exp'
   */
  readonly smoothing?: 'exp' | 'floor' | 'add-k' | 'none';
  /** What `floor` and `add-k` add. @defaultValue 0.1 for `floor`, 1 for `add-k` */
  readonly value?: number;
  /** Whether orders that the text is too short for are left out, which single sentences need. @defaultValue false */
  readonly effectiveOrder?: boolean;
}

/** What BLEU counts. */
export interface BleuCounts {
  /** n-grams that a reference has too, by order from 1 on. */
  readonly correct: ArrayLike<number>;
  /** All n-grams of the texts, by order. */
  readonly total: ArrayLike<number>;
  /** Tokens of the texts. */
  readonly length: number;
  /** Tokens of the closest references. */
  readonly referenceLength: number;
}

/**
 * BLEU in `[0, 100]`, from its counts.
 *
 * ```text
 * BLEU = 100 · BP · exp(1/N Σ_n log(correct_n / total_n))      BP = min(1, exp(1 − r/c))
 * ```
 */
export function bleuScore(counted: BleuCounts, options: BleuSmoothing): number {
  const { correct, total, length, referenceLength } = counted;
  const { smoothing = 'exp', effectiveOrder = false } = options;
  const { value = smoothing === 'floor' ? 0.1 : 1 } = options;
  const orders = total.length;
  if (length === 0 || Array.from(correct).every((count) => count === 0)) return 0;
  let logs = 0;
  let reached = 0;
  let halved = 1;
  for (let n = 0; n < orders; n++) {
    const more = smoothing === 'add-k' && n > 0 ? value : 0;
    const [hits, all] = [correct[n]! + more, total[n]! + more];
    if (all === 0) break;
    reached = n + 1;
    if (hits > 0) logs += Math.log(hits / all);
    else if (smoothing === 'exp') logs -= Math.log((halved *= 2) * all);
    else if (smoothing === 'floor') logs += Math.log(value / all);
    else return 0;
  }
  if (reached < orders && !effectiveOrder) return 0;
  const brevity = length < referenceLength ? Math.exp(1 - referenceLength / length) : 1;
  return 100 * brevity * Math.exp(logs / (effectiveOrder ? reached : orders));
}
