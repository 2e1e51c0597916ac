import type { Dim, HostTensor, Spec } from '@limbeck/core';
import { segmentPlanSpecs } from '../../src/segment/segment-plan-specs.js';
import { segmentPlan, transposedSegmentPlan } from '../../src/segment/segment-plan.js';
import { gatherRows, type SegmentPlanTensors, segmentSum } from '../../src/segment/segment-sum.js';
import type { SegmentPlan } from '../../src/segment/fill-buckets.js';
import type { Tensor } from '../../src/tensor.js';
import type { Cases } from './operator-cases.js';
import { type Material, trials } from './trial.js';

/** Declares the inputs of a plan, and says how to find them again. */
function declare(
  m: Material,
  name: string,
  plan: SegmentPlan,
  segments: Dim,
): (inputs: { readonly [name: string]: Tensor }) => SegmentPlanTensors {
  const specs = segmentPlanSpecs(name, segments);
  const put = (path: string, spec: Spec, value: HostTensor): void => {
    m.specs[path] = spec;
    m.feeds[path] = value;
  };
  plan.buckets.forEach((bucket, k) => put(`${name}/${k}`, specs.buckets[k]!, bucket));
  put(`${name}/order`, specs.order, plan.order);
  return (inputs) => ({
    buckets: plan.buckets.map((_, k) => inputs[`${name}/${k}`]!),
    order: inputs[`${name}/order`]!,
  });
}

function indices(m: Material, count: number, below: number): Int32Array {
  return Int32Array.from({ length: count }, () => m.whole(0, below - 1));
}

/** Segment sums over edges and over entries, and gathers with a plan. */
export const segmentCases: Cases = {
  segmentSum: trials((m) => {
    const [rows, segments] = [m.dim(1, 4), m.dim(1, 4)];
    m.floats('x', [rows, ...m.shape(0, 2)]);
    const edges = m.whole(0, 9);
    const [to, sources] = [indices(m, edges, m.size(segments)), indices(m, edges, m.size(rows))];
    const host = transposedSegmentPlan(to, m.size(segments), { sources, rows: m.size(rows) });
    const plan = declare(m, 'plan', host, segments);
    const transposed = declare(m, 'back', host.transposed, rows);
    return m.trial((given) => [
      segmentSum(given.x!, { ...plan(given), transposed: transposed(given) }),
    ]);
  }),
  gatherRows: trials((m) => {
    const [rows, count] = [m.dim(1, 4), m.dim(0, 6)];
    m.floats('table', [rows, ...m.shape(0, 2)]);
    const at = indices(m, m.size(count), m.size(rows));
    m.specs['at'] = { dtype: 'int32', shape: [count] };
    m.feeds['at'] = { dtype: 'int32', shape: [at.length], data: at };
    const plan = declare(m, 'plan', segmentPlan(at, m.size(rows)), rows);
    return m.trial((given) => [gatherRows(given.table!, given.at!, plan(given))]);
  }),
};
