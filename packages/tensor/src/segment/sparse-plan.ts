import { type Dim, type HostTensor, hostTensor, type Spec } from '@limbeck/core';
import { checkSegments, type SegmentIndices } from './check-segments.js';
import { fillBuckets, type SegmentPlan } from './fill-buckets.js';
import { segmentPlanSpecs, type SegmentPlanSpecs } from './segment-plan-specs.js';

/** Where the entries of a sparse matrix are, for products with dense ones; a tree of tensors, as a {@link SegmentPlan} is. */
export type SparsePlan = {
  /** The row of each entry, int32 `[entries]`. */
  readonly rows: HostTensor<'int32'>;
  /** The column of each entry, int32 `[entries]`. */
  readonly columns: HostTensor<'int32'>;
  /** The entries by row. */
  readonly byRow: SegmentPlan;
  /** The entries by column, for the gradient. */
  readonly byColumn: SegmentPlan;
};

/** What a {@link SparsePlan} looks like to a graph. */
export type SparsePlanSpecs = {
  /** Int32 `[entries]`. */
  readonly rows: Spec;
  /** Int32 `[entries]`. */
  readonly columns: Spec;
  /** As of {@link segmentPlanSpecs}; its sizes are named `<name>_row_…`. */
  readonly byRow: SegmentPlanSpecs;
  /** Likewise, `<name>_column_…`. */
  readonly byColumn: SegmentPlanSpecs;
};

/**
 * The plan of products with a sparse matrix, made on the host once a graph or batch: by it the product and both its
 * gradients are right at any number of threads and equal to the bit from run to run. Entries may stand in any order, and
 * several at one place add up.
 *
 * @param rows - int `[entries]`, below `size.rows`
 * @param columns - int `[entries]`, below `size.columns`
 * @param size - of the matrix; at least 1 row and 1 column
 * @throws LimbeckError `invalid-option` for a size that is not a whole number of at least 1; `invalid-data` if a row or a
 * column is out of range, or has more than 2^20 entries; `shape-mismatch` for more rows than columns, or fewer
 */
export function sparsePlan(
  rows: SegmentIndices,
  columns: SegmentIndices,
  size: { readonly rows: number; readonly columns: number },
): SparsePlan {
  const where = 'sparsePlan';
  const from = { sources: columns, rows: size.columns };
  const { segments, sources } = checkSegments(where, rows, size.rows, from, 1);
  const entries = segments.length;
  const own = Int32Array.from(segments, (_, entry) => entry);
  return {
    rows: hostTensor('int32', [entries], segments),
    columns: hostTensor('int32', [entries], sources),
    byRow: fillBuckets(where, segments, size.rows, own, entries),
    byColumn: fillBuckets(where, sources, size.columns, own, entries),
  };
}

/**
 * The specs of a {@link SparsePlan}, for a collator or a model's inputs.
 *
 * @param name - stands before the names of sizes, as in {@link segmentPlanSpecs}
 * @param entries - how many entries there are, such as `"edges"`
 * @param size - of the matrix
 */
export function sparsePlanSpecs(
  name: string,
  entries: Dim,
  size: { readonly rows: Dim; readonly columns: Dim },
): SparsePlanSpecs {
  return {
    rows: { dtype: 'int32', shape: [entries] },
    columns: { dtype: 'int32', shape: [entries] },
    byRow: segmentPlanSpecs(`${name}_row`, size.rows),
    byColumn: segmentPlanSpecs(`${name}_column`, size.columns),
  };
}
