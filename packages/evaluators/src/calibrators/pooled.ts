import { type FitRows, softmaxRow } from './logits.js';

/** Every class of every item: the probability that it was given, and whether it is the true one. */
export interface Pooled {
  /** `[items × classes]`. */
  readonly p: Float64Array;
  /** `[items × classes]`, 0 or 1. */
  readonly right: Uint8Array;
}

/** Probabilities of all classes of all items in one list. */
export function pooled({ logits, labels, classes }: FitRows): Pooled {
  const p = new Float64Array(logits.length);
  const right = new Uint8Array(logits.length);
  for (let i = 0; i < labels.length; i++) {
    const [start, end] = [i * classes, (i + 1) * classes];
    softmaxRow(logits.subarray(start, end), 1, p.subarray(start, end));
    right[start + labels[i]!] = 1;
  }
  return { p, right };
}
