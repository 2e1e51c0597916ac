import { type Dim, type HostTensor, hostTensor, type Spec } from '@limbeck/core';
import { segmentPlanSpecs } from '../../src/segment/segment-plan-specs.js';
import { segmentPlan, transposedSegmentPlan } from '../../src/segment/segment-plan.js';
import { gatherRows, type SegmentPlanTensors, segmentSum } from '../../src/segment/segment-sum.js';
import { segmentMax, segmentMean, segmentSoftmax } from '../../src/segment/segment-reductions.js';
import { sparseMatmul } from '../../src/segment/sparse-matmul.js';
import { sparsePlan } from '../../src/segment/sparse-plan.js';
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

/** Entries `[n, …]` as x, and a plan of them with their segments. */
function entries(m: Material, fill: (name: string, shape: readonly Dim[]) => void) {
  const [count, segments] = [m.dim(0, 6), m.dim(1, 4)];
  fill('x', [count, ...m.shape(0, 2)]);
  const at = indices(m, m.size(count), m.size(segments));
  m.specs['at'] = { dtype: 'int32', shape: [count] };
  m.feeds['at'] = hostTensor('int32', [at.length], at);
  const plan = declare(m, 'plan', segmentPlan(at, m.size(segments)), segments);
  return (given: { readonly [name: string]: Tensor }) => ({
    ...plan(given),
    segments: given.at!,
  });
}

/** What is made of the operators on segments. */
export const composedSegmentCases: Cases = {
  segmentMean: trials((m) => {
    const plan = entries(m, (name, shape) => m.floats(name, shape));
    return m.trial((given) => [segmentMean(given.x!, plan(given))]);
  }),
  segmentSoftmax: trials((m) => {
    const plan = entries(m, (name, shape) => m.floats(name, shape));
    return m.trial((given) => [segmentSoftmax(given.x!, plan(given))]);
  }),
};

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
  segmentMax: trials((m) => {
    const plan = entries(m, (name, shape) => m.distinct(name, shape));
    return m.trial((given) => [segmentMax(given.x!, plan(given))]);
  }),
  sparseMatmul: trials((m) => {
    const [rows, columns, count] = [m.dim(1, 4), m.dim(1, 4), m.dim(0, 6)];
    m.floats('dense', [columns, m.dim(0, 3)]);
    m.floats('values', [count]);
    const host = sparsePlan(
      indices(m, m.size(count), m.size(rows)),
      indices(m, m.size(count), m.size(columns)),
      { rows: m.size(rows), columns: m.size(columns) },
    );
    for (const name of ['rows', 'columns'] as const) {
      m.specs[name] = { dtype: 'int32', shape: [count] };
      m.feeds[name] = host[name];
    }
    const [byRow, byColumn] = [
      declare(m, 'byRow', host.byRow, rows),
      declare(m, 'byColumn', host.byColumn, columns),
    ];
    return m.trial((given) => {
      const plan = { rows: given.rows!, columns: given.columns! };
      const both = { byRow: byRow(given), byColumn: byColumn(given) };
      return [sparseMatmul({ ...plan, ...both }, given.values!, given.dense!)];
    });
  }),
};
