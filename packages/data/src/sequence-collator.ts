import {
  allocate,
  checkWhole,
  type Collator,
  hostTensor,
  LimbeckError,
  type Spec,
} from '@limbeck/core';
import { checkFinite, checkNotEmpty } from './checks.js';
import { type IdType, integerTensor } from './integer-tensor.js';

/** What {@link sequenceCollator} makes: both `[batch, length]`. */
export type SequenceBatch = {
  /** The rows' numbers, and the padding behind shorter rows. */
  readonly values: Spec;
  /** 1 for a number of the row, 0 for padding; int64. */
  readonly mask: Spec;
};

/** Options of {@link sequenceCollator}. */
export interface SequenceOptions<Row> {
  /** The row's numbers: ids of tokens, measurements, labels of tokens. */
  readonly values: (row: Row) => ArrayLike<number>;
  /** What a number is. @defaultValue 'int64' */
  readonly dtype?: 'float32' | Exclude<IdType, 'uint8'>;
  /** What stands behind shorter rows. @defaultValue 0 */
  readonly pad?: number;
  /** Longer rows are cut here. @defaultValue no cut */
  readonly maxLength?: number;
  /** Lengths are filled up to a multiple of this, so that fewer shapes occur. @defaultValue 1 */
  readonly multipleOf?: number;
  /** What the length is called in the specs: the same name for sequences of one length. @defaultValue 'tokens' */
  readonly size?: string;
}

/**
 * Number sequences of any lengths as one padded tensor with its mask, as wide as the longest row of the batch. An empty
 * row is padding alone; a batch of empty rows is one pad wide, since an empty dimension breaks graphs.
 *
 * @throws LimbeckError `invalid-option`; from `collate` `empty-data` without rows, `non-finite-data` for NaN and
 * infinities, `invalid-data` for an id that is no whole number of 32 bits, each naming the row
 * @example
 * ```ts
 * import { sequenceCollator } from '@limbeck/data';
 *
 * const { values, mask } = sequenceCollator<number[]>({ values: (row) => row, pad: 9 }).collate([[1, 2], [3]]);
 * console.log(values.data.join(), mask.data.join()); // 1,2,3,9 1,1,1,0
 * ```
 */
export function sequenceCollator<Row>(options: SequenceOptions<Row>): Collator<Row, SequenceBatch> {
  const { values, dtype = 'int64', pad = 0, maxLength = Number.MAX_SAFE_INTEGER } = options;
  const { multipleOf = 1, size = 'tokens' } = options;
  const where = 'sequenceCollator';
  checkWhole(where, { maxLength, multipleOf }, 1, 'Leave it out to use the default.');
  if (dtype !== 'float32') checkIds(where, [pad], 'pad');
  return {
    specs: {
      values: { dtype, shape: ['batch', size] },
      mask: { dtype: 'int64', shape: ['batch', size] },
    },
    collate(rows) {
      checkNotEmpty(where, rows);
      const all = rows.map(values);
      const lengths = all.map((its) => Math.min(its.length, maxLength));
      const longest = lengths.reduce((most, length) => Math.max(most, length), 1);
      const width = Math.ceil(longest / multipleOf) * multipleOf;
      const shape = [rows.length, width];
      const mask = new Int32Array(rows.length * width);
      const data = allocate(dtype === 'float32' ? 'float32' : 'int32', mask.length).fill(pad);
      all.forEach((its, i) => {
        if (dtype === 'float32') checkFinite(where, its, `values of row ${i}`);
        else checkIds(where, its, `values of row ${i}`);
        for (let at = 0; at < lengths[i]!; at++) data[i * width + at] = its[at]!;
        mask.fill(1, i * width, i * width + lengths[i]!);
      });
      return {
        values:
          data instanceof Int32Array
            ? integerTensor(dtype as IdType, shape, data)
            : hostTensor('float32', shape, data),
        mask: integerTensor('int64', shape, mask),
      };
    },
  };
}

/** Refuses what is no whole number of 32 bits. @throws LimbeckError `invalid-data` */
export function checkIds(where: string, ids: ArrayLike<number>, what: string): void {
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at]!;
    if ((id | 0) === id) continue;
    throw new LimbeckError('invalid-data', {
      where,
      given: `${id} at place ${at} in the ${what}`,
      expected: 'a whole number of 32 bits',
      next: "Correct it, or use dtype: 'float32' for what is no id.",
    });
  }
}
