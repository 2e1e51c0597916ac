import { LimbeckError } from '@limbeck/core';
import { addDims, concat, sameShape, showShape, type Tensor } from '@limbeck/tensor';
import {
  bucketShift,
  checkNgramOptions,
  finalFactor,
  finalShift,
  hashFactor,
  hashStart,
  type NgramOptions,
} from './ngram-hash.js';

/** Bytes of texts. */
export type TextInputs = {
  /** Byte values 0 to 255, int64 `[batch, bytes]`; anything where there is no text. */
  readonly ids: Tensor;
  /** 1 where there is text, 0 elsewhere, int64 `[batch, bytes]`. */
  readonly mask: Tensor;
};

/** What {@link ngramIndices} gives: `positions` = orders · bytes n-grams a text. */
export interface NgramIndices {
  /** Buckets, int64 `[batch, positions]`. */
  readonly indices: Tensor;
  /** 1 where all bytes of the n-gram are text, 0 elsewhere, float32 `[batch, positions]`. */
  readonly weights: Tensor;
}

/**
 * Hashes every n-gram inside the graph, with integer operators that have kernels everywhere; see {@link hashNgrams}
 * for the hash. Longer n-grams go on from the hash of shorter ones: ten operations over `[batch, bytes]` an order.
 *
 * A text shorter than n has no n-grams of that order.
 *
 * @throws LimbeckError `invalid-option`, `shape-mismatch`, `dtype-mismatch`
 */
export function ngramIndices(inputs: TextInputs, options: NgramOptions): NgramIndices {
  checkNgramOptions('ngramIndices', options);
  checkText('ngramIndices', inputs);
  const { orders, buckets } = options;
  const longest = orders.at(-1)!;
  const length = inputs.ids.shape[1]!;
  // Room behind the text, so that windows at its end stay inside.
  const ids = inputs.ids.pad(1, 0, longest - 1).cast('uint32');
  const mask = inputs.mask.pad(1, 0, longest - 1).cast('float32');
  const from = (x: Tensor, start: number): Tensor =>
    longest === 1 ? x : x.slice(1, start, addDims(length, start));

  const indices: Tensor[] = [];
  const weights: Tensor[] = [];
  let hash: Tensor | undefined;
  let whole: Tensor | undefined;
  for (let n = 1; n <= longest; n++) {
    const byte = from(ids, n - 1);
    hash = (hash === undefined ? byte.bitXor(hashStart) : hash.bitXor(byte)).mul(hashFactor);
    whole = whole === undefined ? from(mask, 0) : whole.mul(from(mask, n - 1));
    if (!orders.includes(n)) continue;
    const mixed = hash.bitXor(hash.shiftRight(finalShift)).mul(finalFactor(n));
    indices.push(mixed.shiftRight(bucketShift(buckets)).cast('int64'));
    weights.push(whole);
  }
  return { indices: concat(indices, 1), weights: concat(weights, 1) };
}

/**
 * How often each bucket occurs in each text: float32 `[batch, buckets]`.
 *
 * @throws LimbeckError as {@link ngramIndices}
 */
export function ngramCounts(inputs: TextInputs, options: NgramOptions): Tensor {
  const { indices, weights } = ngramIndices(inputs, options);
  return weights.scatterAddAlong(indices, options.buckets);
}

/** @throws LimbeckError `shape-mismatch`, `dtype-mismatch` */
export function checkText(where: string, { ids, mask }: TextInputs): void {
  for (const [name, tensor] of [['ids', ids] as const, ['mask', mask] as const]) {
    if (tensor.dtype !== 'int64') {
      throw new LimbeckError('dtype-mismatch', {
        where,
        given: `${name} of dtype ${tensor.dtype}`,
        expected: 'int64',
        next: "Convert it with cast('int64').",
      });
    }
  }
  if (ids.shape.length === 2 && sameShape(ids.shape, mask.shape)) return;
  throw new LimbeckError('shape-mismatch', {
    where,
    given: `ids ${showShape(ids.shape)} and mask ${showShape(mask.shape)}`,
    expected: 'equal shapes [batch, bytes]',
    next: 'Pad the texts of a batch to one length, with 0 in the mask.',
  });
}
