import { hostTensor, type JsonObject } from '@limbeck/core';
import { constant, type Tensor } from '@limbeck/tensor';
import type { FeatureTable } from './feature-table.js';
import { isRanked, packedBytes, packedLookUp } from './packed-table.js';

/**
 * A table's entries at int64 indices, as int64. The table is part of the graph and counts in the file's size: one or two
 * bytes a bucket, or a quarter of one where features are numbered in the order of their buckets.
 */
export function lookUp(table: FeatureTable, indices: Tensor): Tensor {
  const wide = table.some((id) => id > 255);
  const plainBytes = table.length * (wide ? 2 : 1);
  if (isRanked(table) && packedBytes(table.length) < plainBytes) {
    return packedLookUp(table, indices);
  }
  const bytesOf = (shift: number): Tensor =>
    constant(
      hostTensor(
        'uint8',
        [table.length],
        Uint8Array.from(table, (id) => id >>> shift),
      ),
    )
      .gather(indices)
      .cast('int64');
  return wide ? bytesOf(8).mul(256).add(bytesOf(0)) : bytesOf(0);
}

/** A table as JSON: the buckets that are kept, and their features where those are not 1, 2, 3, … */
export function tableToJson(table: FeatureTable): JsonObject {
  const kept: number[] = [];
  const features: number[] = [];
  for (const [bucket, id] of table.entries()) {
    if (id === 0) continue;
    kept.push(bucket);
    features.push(id);
  }
  const plain = features.every((id, i) => id === i + 1);
  return { buckets: table.length, kept, ...(plain ? {} : { features }) };
}

/** What {@link tableToJson} wrote. */
export function tableFromJson(json: JsonObject): Int32Array {
  const table = new Int32Array(json['buckets'] as number);
  const features = json['features'] as readonly number[] | undefined;
  for (const [i, bucket] of (json['kept'] as readonly number[]).entries()) {
    table[bucket] = features?.[i] ?? i + 1;
  }
  return table;
}
