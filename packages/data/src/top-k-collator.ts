import { checkWhole, type Collator, hostTensor, LimbeckError, type Spec } from '@limbeck/core';
import { checkNotEmpty } from './checks.js';
import { integerTensor } from './integer-tensor.js';

/** The likeliest classes that a teacher named, in any order, and their probabilities. */
export interface TopK {
  /** Classes, each at most once. */
  readonly indices: ArrayLike<number>;
  /** Natural logarithms of their probabilities, as LLM APIs answer. */
  readonly logProbabilities: ArrayLike<number>;
}

/** What {@link topKCollator} makes. With `per: 'token'` a size `tokens` stands behind `batch` in each. */
export type TopKBatch = {
  /** Classes, int64 `[batch, k]`; 0 in the padding. */
  readonly indices: Spec;
  /** Their probabilities, float32 `[batch, k]`; 0 in the padding, so that sums over k need no mask. */
  readonly probabilities: Spec;
  /** 1 for a class that was named, int64 `[batch, k]`. */
  readonly mask: Spec;
  /** What is left for all classes that were not named, float32 `[batch]`. */
  readonly tail: Spec;
};

/** Options of {@link topKCollator}. */
export type TopKOptions<Row> = {
  /** How many classes there are: an index is below. */
  readonly classes: number;
  /** More than this are left out, the least likely first; their probability goes to the tail. @defaultValue no limit */
  readonly maxK?: number;
} & (
  | {
      /** Whether a row has one distribution or one a token. @defaultValue 'example' */
      readonly per?: 'example';
      /** The row's distribution. */
      readonly topK: (row: Row) => TopK;
    }
  | {
      readonly per: 'token';
      /** The row's distributions, one a token; tokens behind the last one have no class and a tail of 1. */
      readonly topK: (row: Row) => readonly TopK[];
      /** The batch's tokens are filled up to a multiple of this. @defaultValue 1 */
      readonly multipleOf?: number;
    }
);

/** By how much probabilities may pass 1 in sum, for want of digits. */
const slack = 1e-3;

/**
 * Ragged top-k distributions as padded classes, probabilities and the rest that is left for all others.
 *
 * @throws LimbeckError `invalid-option`; from `collate` `empty-data` without rows, `label-out-of-range` for a class that
 * there is not, `invalid-data` for a class twice, lists of two lengths, or probabilities that add up to more than 1
 * @example
 * ```ts
 * import { topKCollator, type TopK } from '@limbeck/data';
 *
 * const collator = topKCollator<TopK>({ classes: 5, topK: (row) => row });
 * const [a, b] = [Math.log(0.5), Math.log(0.25)];
 * const batch = collator.collate([{ indices: [4, 2], logProbabilities: [a, b] }]);
 * console.log(batch.indices.data.join(), batch.tail.data.join()); // 4,2 0.25
 * ```
 */
export function topKCollator<Row>(options: TopKOptions<Row>): Collator<Row, TopKBatch> {
  const { classes, maxK = Number.MAX_SAFE_INTEGER } = options;
  const multipleOf = options.per === 'token' ? (options.multipleOf ?? 1) : 1;
  const where = 'topKCollator';
  checkWhole(where, { classes, maxK, multipleOf }, 1, 'Pass how many classes there are.');
  const outer = options.per === 'token' ? ['batch', 'tokens'] : ['batch'];
  return {
    specs: {
      indices: { dtype: 'int64', shape: [...outer, 'k'] },
      probabilities: { dtype: 'float32', shape: [...outer, 'k'] },
      mask: { dtype: 'int64', shape: [...outer, 'k'] },
      tail: { dtype: 'float32', shape: outer },
    },
    collate(rows) {
      checkNotEmpty(where, rows);
      const ragged = rows.map((row, i) => {
        const its = options.per === 'token' ? options.topK(row) : [options.topK(row)];
        return its.map((topK) => entriesOf(topK, classes, i).slice(0, maxK));
      });
      const longest = ragged.reduce((most, its) => Math.max(most, its.length), 1);
      const tokens = Math.ceil(longest / multipleOf) * multipleOf;
      const k = ragged.flat().reduce((most, its) => Math.max(most, its.length), 1);
      const cells = rows.length * tokens;
      const indices = new Int32Array(cells * k);
      const mask = new Int32Array(cells * k);
      const probabilities = new Float32Array(cells * k);
      const tail = new Float32Array(cells).fill(1);
      ragged.forEach((its, i) =>
        its.forEach((entries, token) => {
          const cell = i * tokens + token;
          let named = 0;
          entries.forEach(([index, probability], at) => {
            indices[cell * k + at] = index;
            mask[cell * k + at] = 1;
            probabilities[cell * k + at] = probability;
            named += probability;
          });
          tail[cell] = Math.max(0, 1 - named);
        }),
      );
      const shape = options.per === 'token' ? [rows.length, tokens] : [rows.length];
      return {
        indices: integerTensor('int64', [...shape, k], indices),
        probabilities: hostTensor('float32', [...shape, k], probabilities),
        mask: integerTensor('int64', [...shape, k], mask),
        tail: hostTensor('float32', shape, tail),
      };
    },
  };
}

/** Classes with their probabilities, the likeliest first. */
function entriesOf(topK: TopK, classes: number, row: number): [index: number, p: number][] {
  const { indices, logProbabilities } = topK;
  if (indices.length !== logProbabilities.length) {
    throw wrong(row, `${indices.length} classes with ${logProbabilities.length} probabilities`);
  }
  const entries = Array.from(indices, (index, at): [number, number] => {
    if (!(Number.isInteger(index) && index >= 0 && index < classes)) {
      throw new LimbeckError('label-out-of-range', {
        where: 'topKCollator',
        given: `class ${index} in row ${row} of the batch`,
        expected: `a whole number from 0 to ${classes - 1}`,
        next: 'Pass the number of classes that the teacher chooses from.',
      });
    }
    const probability = Math.exp(logProbabilities[at]!);
    if (!(probability <= 1 + slack)) {
      throw wrong(row, `the logarithm ${logProbabilities[at]} of a probability`);
    }
    return [index, probability];
  });
  if (new Set(entries.map(([index]) => index)).size < entries.length) {
    throw wrong(
      row,
      `the classes ${entries.map(([index]) => index).join(', ')}, one of them twice`,
    );
  }
  const sum = entries.reduce((total, [, probability]) => total + probability, 0);
  if (sum > 1 + slack) throw wrong(row, `probabilities that add up to ${sum}`);
  return entries.sort((a, b) => b[1] - a[1]);
}

function wrong(row: number, given: string): LimbeckError {
  return new LimbeckError('invalid-data', {
    where: 'topKCollator',
    given: `${given}, in row ${row} of the batch`,
    expected:
      'different classes, each with the natural logarithm of its probability, at most 1 in sum',
    next: 'Pass log probabilities, not logits; take softmax first where the teacher gives logits.',
  });
}
