import { hostTensor } from '@limbeck/core';
import { constant, type Tensor } from '@limbeck/tensor';
import type { FeatureTable } from './feature-table.js';

/** How many bytes of the bitmap share one count of what came before: 31 bytes of set bits still fit into one byte. */
const blockBytes = 32;

/** Whether features are numbered 1, 2, 3, … in rising order of their buckets, as `keepBuckets` does. */
export function isRanked(table: FeatureTable): boolean {
  let last = 0;
  return table.every((id) => id === 0 || id === ++last);
}

/** How many bytes {@link packedLookUp} puts into the graph. */
export function packedBytes(buckets: number): number {
  const bytes = Math.ceil(buckets / 8);
  return 2 * bytes + 4 * Math.ceil(bytes / blockBytes) + 256 * 8;
}

/**
 * A ranked table's entries at int64 indices, as int64, from a bitmap: a kept bucket's feature is the number of kept
 * buckets up to it. It takes a quarter of a byte a bucket.
 *
 * Jacobson, "Space-efficient Static Trees and Graphs", 1989 (rank by blocks and a table of bytes).
 */
export function packedLookUp(table: FeatureTable, indices: Tensor): Tensor {
  const { bitmap, inBlock, before } = counts(table);
  const byte = indices.div(8);
  const bits = at('uint8', bitmap, byte);
  const bit = indices.sub(byte.mul(8));
  const rank = at('uint8', ranks(), bits.mul(8).add(bit));
  const earlier = at('uint8', inBlock, byte).add(at('int32', before, byte.div(blockBytes)));
  // A clear bit has rank 0 and stays 0.
  return earlier.add(rank).mul(rank.minimum(1));
}

function at(dtype: 'uint8' | 'int32', values: Uint8Array | Int32Array, indices: Tensor): Tensor {
  const host = hostTensor<'uint8' | 'int32'>(dtype, [values.length], values as Uint8Array);
  return constant(host).gather(indices).cast('int64');
}

/** The bitmap; for each of its bytes how many bits of its block came before; for each block how many in all. */
function counts(table: FeatureTable): {
  readonly bitmap: Uint8Array;
  readonly inBlock: Uint8Array;
  readonly before: Int32Array;
} {
  const bytes = Math.ceil(table.length / 8);
  const [bitmap, inBlock] = [new Uint8Array(bytes), new Uint8Array(bytes)];
  const before = new Int32Array(Math.ceil(bytes / blockBytes));
  let total = 0;
  for (let byte = 0; byte < bytes; byte++) {
    if (byte % blockBytes === 0) before[byte / blockBytes] = total;
    inBlock[byte] = total - before[Math.floor(byte / blockBytes)]!;
    for (let bit = 0; bit < 8; bit++) {
      if ((table[byte * 8 + bit] ?? 0) === 0) continue;
      bitmap[byte]! |= 1 << bit;
      total++;
    }
  }
  return { bitmap, inBlock, before };
}

/** For every byte and bit: how many bits up to it are set, or 0 if it is clear itself. */
function ranks(): Uint8Array {
  return Uint8Array.from({ length: 256 * 8 }, (_, i) => {
    const [byte, bit] = [i >>> 3, i & 7];
    let set = 0;
    for (let k = 0; k <= bit; k++) set += (byte >>> k) & 1;
    return ((byte >>> bit) & 1) * set;
  });
}
