import { checkBetween, checkPositive, checkWhole, type Rng } from '@limbeck/core';

/** How tokens are drawn. */
export interface SampleOptions {
  /** Where randomness comes from; each prompt has a stream of its own, so its draws do not depend on the others. */
  readonly rng: Rng;
  /** Divides the logits; dimensionless, above 0. @defaultValue 1 */
  readonly temperature?: number;
  /** Keeps this many of the likeliest tokens. @defaultValue all */
  readonly topK?: number;
  /** Then keeps the likeliest whose probabilities sum to this, at least one; from 0 to 1. @defaultValue 1 */
  readonly topP?: number;
}

/** @throws LimbeckError `invalid-option` */
export function checkSample({ temperature = 1, topK = 1, topP = 1 }: SampleOptions): void {
  checkPositive('generate', { temperature }, 'Leave sample out for the likeliest token.');
  checkWhole('generate', { topK }, 1, 'Leave it out to keep all tokens.');
  checkBetween('generate', { topP }, 0, 1, 'Leave it out to keep all tokens.');
}

/** The likeliest token; of equals the first. */
export function likeliest(logits: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}

/** log Σ e^z. */
export function logSumExp(logits: ArrayLike<number>): number {
  const largest = logits[likeliest(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return largest + Math.log(sum);
}

/**
 * A token drawn from the softmax of logits.
 *
 * @param rng - one number is drawn
 * @see Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020, §3.1 (top p); Fan, Lewis and Dauphin,
 * "Hierarchical Neural Story Generation", 2018, §5.4 (top k)
 */
export function sampleToken(logits: ArrayLike<number>, options: SampleOptions): number {
  const { rng, temperature = 1, topK = logits.length, topP = 1 } = options;
  const largest = logits[likeliest(logits)]!;
  let tokens = Array.from({ length: logits.length }, (_, token) => token);
  if (topK < tokens.length || topP < 1) {
    // Of equals the first, so that the choice does not hang on how the engine sorts.
    tokens.sort((a, b) => logits[b]! - logits[a]! || a - b);
    tokens = tokens.slice(0, topK);
  }
  let weights = tokens.map((token) => Math.exp((logits[token]! - largest) / temperature));
  if (topP < 1) weights = nucleus(weights, topP);
  let left = rng.uniform() * sum(weights);
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return tokens[i]!;
  }
  // Rounding may leave a little: the last token that can be drawn.
  return tokens[weights.findLastIndex((weight) => weight > 0)]!;
}

/** The first weights whose sum reaches a share of the whole. */
function nucleus(weights: readonly number[], share: number): number[] {
  const enough = share * sum(weights);
  let total = 0;
  const kept: number[] = [];
  for (const weight of weights) {
    kept.push(weight);
    total += weight;
    if (total >= enough) break;
  }
  return kept;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
