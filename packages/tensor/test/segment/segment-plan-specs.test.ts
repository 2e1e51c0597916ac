import { leaves, type HostTensor } from '@limbeck/core';
import { describe, expect, test } from 'vitest';
import { segmentPlan, transposedSegmentPlan } from '../../src/segment/segment-plan.js';
import {
  segmentPlanSpecs,
  transposedSegmentPlanSpecs,
} from '../../src/segment/segment-plan-specs.js';

describe('segmentPlanSpecs', () => {
  test('name each size that changes from batch to batch', () => {
    const { buckets, order } = segmentPlanSpecs('edges', 'nodes');
    expect(buckets).toHaveLength(21);
    expect(buckets[0]).toEqual({ dtype: 'int32', shape: ['edges_rows0', 1] });
    expect(buckets[20]).toEqual({ dtype: 'int32', shape: ['edges_rows20', 'edges_width20'] });
    expect(order).toEqual({ dtype: 'int32', shape: ['nodes'] });
  });

  test('fit the plan: equal paths, dtypes and ranks, each name one size', () => {
    const sources = { sources: Int32Array.of(0, 1, 1, 3, 2), rows: 4 };
    const specs = transposedSegmentPlanSpecs('edges', 'nodes', 'rows');
    const plan = transposedSegmentPlan(Int32Array.of(1, 0, 1, 1, 1), 6, sources);
    expectFit(specs, plan, { nodes: 6, rows: 4 });
    expectFit(segmentPlanSpecs('edges', 6), segmentPlan(new Int32Array(0), 6), {});
  });

  test('a plan and its backward pass share no names of sizes', () => {
    const { transposed, ...forward } = transposedSegmentPlanSpecs('edges', 'nodes', 'rows');
    const names = (tree: unknown) =>
      leaves(tree).flatMap(([, { shape }]) => shape.filter((size) => typeof size === 'string'));
    expect(new Set([...names(forward), ...names(transposed)]).size).toBe(
      names(forward).length + names(transposed).length,
    );
  });
});

/** Binds every name to the size that it has in the plan. */
function expectFit(
  specs: unknown,
  plan: unknown,
  known: { readonly [name: string]: number },
): void {
  const sizes = new Map(Object.entries(known));
  const wanted = leaves(specs);
  const given = leaves<HostTensor>(plan);
  expect(given.map(([path]) => path)).toEqual(wanted.map(([path]) => path));
  wanted.forEach(([path, spec], i) => {
    const tensor = given[i]![1];
    expect(tensor.dtype, path).toBe(spec.dtype);
    expect(tensor.shape.length, path).toBe(spec.shape.length);
    spec.shape.forEach((size, axis) => {
      if (typeof size === 'string' && !sizes.has(size)) sizes.set(size, tensor.shape[axis]!);
      expect(tensor.shape[axis], path).toBe(typeof size === 'string' ? sizes.get(size) : size);
    });
  });
}
