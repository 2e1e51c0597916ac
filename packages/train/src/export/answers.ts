import { LimbeckError } from '@limbeck/core';
import type { Predictions } from '@limbeck/evaluators';
import type { Runner } from '@limbeck/runtime';
import type { FlatState } from '../state-tree.js';

/** A classifier's logits over many batches. */
export interface Answers {
  /** `[rows, classes]`, row-major. */
  readonly logits: Float32Array;
  readonly classes: number;
}

/** Runs a graph over batches and collects one output, `[batch, classes]`. */
export async function answersOf(
  runner: Runner,
  output: string,
  batches: readonly FlatState[],
): Promise<Answers> {
  const parts: Float32Array[] = [];
  let classes = 0;
  for (const batch of batches) {
    const out = (await runner.run(batch, [output]))[output]!;
    if (out.dtype !== 'float32' || out.shape.length !== 2) {
      throw new LimbeckError('shape-mismatch', {
        where: `export, quantised, output "${output}"`,
        given: `${out.dtype} [${out.shape.join(', ')}]`,
        expected: 'float32 [batch, classes]',
        next: 'Leave int8 and int4 out, or ship an output of logits.',
      });
    }
    classes = out.shape[1]!;
    parts.push(out.data as Float32Array);
  }
  const logits = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    logits.set(part, at);
    at += part.length;
  }
  return { logits, classes };
}

/** The softmax of each row. */
export function predictionsOf({ logits, classes }: Answers): Predictions {
  const probabilities = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const top = row.reduce((most, value) => Math.max(most, value), -Infinity);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const value = Math.exp(row[c]! - top);
      probabilities[start + c] = value;
      sum += value;
    }
    for (let c = 0; c < classes; c++) probabilities[start + c]! /= sum;
  }
  return { probabilities, classes };
}

/** The mean squared difference of logits. */
export function meanSquaredGap(a: Answers, b: Answers): number {
  let sum = 0;
  for (let i = 0; i < a.logits.length; i++) sum += (a.logits[i]! - b.logits[i]!) ** 2;
  return sum / Math.max(1, a.logits.length);
}
