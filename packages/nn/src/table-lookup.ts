import { hostTensor, type JsonObject } from '@limbeck/core';
import { constant, type Tensor } from '@limbeck/tensor';
import type { FeatureTable } from './feature-table.js';

/**
 * A table's entries at int64 indices, as int64. The table is part of the graph, one or two bytes an entry: it counts
 * in the file's size.
 */
export function lookUp(table: FeatureTable, indices: Tensor): Tensor {
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
  const low = bytesOf(0);
  return table.some((id) => id > 255) ? bytesOf(8).mul(256).add(low) : low;
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
