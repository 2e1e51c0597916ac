import { checkWhole, LimbeckError } from '@limbeck/core';

/** Which n-grams are hashed, and into how many buckets. */
export interface NgramOptions {
  /** The lengths n in bytes, rising, such as `[1, 2, 3, 4]`. */
  readonly orders: readonly number[];
  /** How many buckets: a power of two from 2 to 2^30. */
  readonly buckets: number;
}

/** The hash of no bytes (the offset of 32-bit FNV-1a). */
export const hashStart = 0x811c9dc5;

/** Multiplies the hash after each byte: 2^32 over the golden ratio, a prime. */
export const hashFactor = 0x9e3779b1;

/** How far the last round shifts. */
export const finalShift = 15;

/** Multiplies in the last round, one odd number an order, so that orders collide by chance alone. */
export function finalFactor(order: number): number {
  return (Math.imul(order, 0x5bd1e994) + 0x2c1b3c6d) >>> 0;
}

/** How far the hash is shifted so that its high bits are the bucket. */
export function bucketShift(buckets: number): number {
  return 32 - Math.log2(buckets);
}

/**
 * The buckets of a text's n-grams: the definition of the hash that {@link ngramIndices} computes inside the graph.
 *
 * ```text
 * h ← 0x811c9dc5                      for each byte b of the n-gram: h ← (h xor b) · 0x9e3779b1   mod 2^32
 * h ← (h xor (h >> 15)) · f_n         f_n = n · 0x5bd1e994 + 0x2c1b3c6d                           mod 2^32
 * bucket = h >> (32 − log₂ buckets)
 * ```
 *
 * @returns one bucket for each n-gram: all positions of the first order, then those of the next; an order longer than
 * the text has none
 * @throws LimbeckError `invalid-option`
 * @example
 * ```ts
 * import { hashNgrams } from '@limbeck/nn';
 *
 * const bytes = new TextEncoder().encode('if (x)');
 * console.log(hashNgrams(bytes, { orders: [2, 3], buckets: 4096 }).length); // 9
 * ```
 */
export function hashNgrams(bytes: Uint8Array, options: NgramOptions): Uint32Array {
  checkNgramOptions('hashNgrams', options);
  const { orders, buckets } = options;
  const shift = bucketShift(buckets);
  const count = orders.reduce((total, n) => total + Math.max(0, bytes.length - n + 1), 0);
  const found = new Uint32Array(count);
  let at = 0;
  for (const n of orders) {
    const factor = finalFactor(n);
    for (let i = 0; i + n <= bytes.length; i++) {
      let h = hashStart;
      for (let k = i; k < i + n; k++) h = Math.imul(h ^ bytes[k]!, hashFactor);
      found[at++] = Math.imul(h ^ (h >>> finalShift), factor) >>> shift;
    }
  }
  return found;
}

/** @throws LimbeckError `invalid-option` */
export function checkNgramOptions(where: string, { orders, buckets }: NgramOptions): void {
  const rising = orders.every((n, i) => i === 0 || n > orders[i - 1]!);
  if (orders.length === 0 || !rising) {
    throw new LimbeckError('invalid-option', {
      where,
      given: `orders [${orders.join(', ')}]`,
      expected: 'at least one length, rising',
      next: 'Use [1, 2, 3, 4], for example.',
    });
  }
  for (const order of orders) checkWhole(where, { order }, 1, 'Count bytes: 1, 2, 3.');
  const log = Math.log2(buckets);
  if (!(Number.isInteger(log) && log >= 1 && log <= 30)) {
    throw new LimbeckError('invalid-option', {
      where,
      given: `buckets ${buckets}`,
      expected: 'a power of two from 2 to 2^30',
      next: `Use ${2 ** Math.min(30, Math.max(1, Math.round(log) || 12))}.`,
    });
  }
}
