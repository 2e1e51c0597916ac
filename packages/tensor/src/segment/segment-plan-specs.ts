import type { Dim, Spec } from '@limbeck/core';
import { segmentBuckets } from './fill-buckets.js';

/** What a {@link SegmentPlan} looks like to a graph. */
export type SegmentPlanSpecs = {
  /** Int32 `[<name>_rows<k>, <name>_width<k>]`, and `[<name>_rows0, 1]` for k = 0. */
  readonly buckets: readonly Spec[];
  /** Int32 `[segments]`. */
  readonly order: Spec;
};

/** What a {@link TransposedSegmentPlan} looks like to a graph. */
export type TransposedSegmentPlanSpecs = SegmentPlanSpecs & {
  /** The plan of the backward pass; its sizes are named `<name>_transposed_…`. */
  readonly transposed: SegmentPlanSpecs;
};

/**
 * The specs of a plan, for a collator or a model's inputs. Sizes of buckets have names of their own, since each
 * graph or batch fills them differently.
 *
 * @param name - stands before the names of sizes: letters, digits and `_`; another one for each plan of a graph
 * @param segmentCount - how many segments there are, such as `"nodes"`
 */
export function segmentPlanSpecs(name: string, segmentCount: Dim): SegmentPlanSpecs {
  const buckets = Array.from({ length: segmentBuckets }, (_, k): Spec => {
    // Wider buckets are one wide while they are empty, so their width is known at run time only.
    const width = k === 0 ? 1 : `${name}_width${k}`;
    return { dtype: 'int32', shape: [`${name}_rows${k}`, width] };
  });
  return { buckets, order: { dtype: 'int32', shape: [segmentCount] } };
}

/**
 * The specs of a plan with that of its backward pass.
 *
 * @param name - as in {@link segmentPlanSpecs}
 * @param segmentCount - as in {@link segmentPlanSpecs}
 * @param rows - how many rows are summed
 */
export function transposedSegmentPlanSpecs(
  name: string,
  segmentCount: Dim,
  rows: Dim,
): TransposedSegmentPlanSpecs {
  return {
    ...segmentPlanSpecs(name, segmentCount),
    transposed: segmentPlanSpecs(`${name}_transposed`, rows),
  };
}
