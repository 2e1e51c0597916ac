import { LimbeckError, sizeOf } from '@limbeck/core';
import { sameDim } from '../dims.js';
import type { Operator } from '../operator.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { checkIndex } from './index-ops.js';
import { bucketRows, checkPlan, gatherRows, padRow, segmentSum } from './segment.js';
import { checkDtype, floats, int, int64s, refuseShapes } from './support.js';

/** Attributes of {@link segmentMax}. */
export interface SegmentMaxAttributes {
  readonly buckets: number;
}

/**
 * The largest of each segment's rows by a plan, −∞ where there are none: `[rows, …rest]`, buckets, order and, for the
 * gradient alone, the segment of each row give `[segments, …rest]`. Equal largest ones share the gradient.
 */
export const segmentMax: Operator<SegmentMaxAttributes> = {
  name: 'segmentMax',
  forwardInputs: ({ buckets }) => buckets + 2,
  infer: ([rows, ...plan], { buckets }) => {
    checkDtype('segmentMax', rows!, floats);
    checkPlan('segmentMax', plan.slice(0, buckets + 1));
    const segments = plan[buckets + 1];
    const fits = segments === undefined || sameDim(segments.shape[0]!, rows!.shape[0] ?? 1);
    if (rows!.shape.length === 0 || !fits) {
      refuseShapes(
        'segmentMax',
        [rows!.shape, (segments ?? plan[buckets]!).shape],
        'a segment for each row',
      );
    }
    return [{ dtype: rows!.dtype, shape: [plan[buckets]!.shape[0]!, ...rows!.shape.slice(1)] }];
  },
  evaluate: ([rows, ...plan], { buckets }, [out]) => {
    const width = sizeOf(out!.shape.slice(1));
    const count = rows!.shape[0]!;
    const order = plan[buckets]!.data;
    const largest = new Float64Array(order.length * width).fill(-Infinity);
    const found = bucketRows(plan.slice(0, buckets));
    order.forEach((row, segment) => {
      checkIndex('segmentMax', row, found.length);
      for (const source of found[row]!) {
        checkIndex('segmentMax', source, count + 1);
        for (let i = 0; source < count && i < width; i++) {
          const at = segment * width + i;
          largest[at] = Math.max(largest[at]!, rows!.data[source * width + i]!);
        }
      }
    });
    return [largest];
  },
  gradient: ({ inputs: [rows, ...plan], outputs: [y], upstream: [dy], attributes }) => {
    const own = plan.slice(0, attributes.buckets + 1);
    const segments = plan[attributes.buckets + 1];
    if (segments === undefined) {
      throw new LimbeckError('not-differentiable', {
        where: 'grad through segmentMax',
        given: 'a plan without the segment of each row',
        expected: 'a plan with segments, where each row is one entry',
        next: 'Gather the rows of the edges first, and pass the segment of each edge.',
      });
    }
    const spread = (x: Tensor): Tensor =>
      new Tensor(makeNode(gatherRows, [x, segments, ...own], {}));
    const hits = rows!.equal(spread(y!)).cast(rows!.dtype);
    const sumAttributes = { buckets: attributes.buckets, backward: 'segments' as const };
    const count = new Tensor(makeNode(segmentSum, [hits, ...own, segments], sumAttributes));
    // A segment without rows has no hits, and nothing to share.
    return [hits.mul(spread(dy!.div(count.maximum(1))))];
  },
  lower: (emit, { buckets }) => {
    const [rows, ...plan] = emit.inputs;
    const padded = padRow(emit, rows!, -Infinity);
    const axis = emit.constant(int64s([1]));
    const largest = plan.slice(0, buckets).map((bucket) => {
      const [gathered, most] = [emit.fresh(), emit.fresh()];
      emit.node('Gather', [padded, bucket], [gathered], { axis: int(0) });
      emit.node('ReduceMax', [gathered, axis], [most], { keepdims: int(0) });
      return most;
    });
    const joined = emit.fresh();
    emit.node('Concat', largest, [joined], { axis: int(0) });
    emit.node('Gather', [joined, plan[buckets]!], emit.outputs, { axis: int(0) });
  },
};
