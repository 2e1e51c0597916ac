import { hostTensor, LimbeckError, sizeOf, type Spec } from '@limbeck/core';
import { sameDim } from '../dims.js';
import type { Emitter, Operator, Value } from '../operator.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { checkIndex } from './index-ops.js';
import { checkDtype, floats, int, int64s, refuseShapes } from './support.js';

/** What the inputs behind a plan are: the segment of each row, the plan of the backward pass, or nothing. */
export interface SegmentAttributes {
  readonly buckets: number;
  readonly backward: 'segments' | 'transposed' | 'none';
}

/** Checks buckets and an order. @throws LimbeckError `shape-mismatch`, `dtype-mismatch` */
export function checkPlan(operator: string, plan: readonly Spec[]): void {
  for (const part of plan) checkDtype(operator, part, ['int32', 'int64']);
  const shapes = plan.map(({ shape }) => shape);
  const fits = shapes.every((shape, i) => shape.length === (i === plan.length - 1 ? 1 : 2));
  if (plan.length < 2 || !fits) {
    refuseShapes(operator, shapes, 'buckets [rows, width] and an order [segments]');
  }
}

/** Adds up rows by a plan: `[rows, …rest]`, buckets and order give `[segments, …rest]`. */
export const segmentSum: Operator<SegmentAttributes> = {
  name: 'segmentSum',
  forwardInputs: ({ buckets }) => buckets + 2,
  infer: ([rows, ...plan], { buckets, backward }) => {
    checkDtype('segmentSum', rows!, floats);
    checkPlan('segmentSum', plan.slice(0, buckets + 1));
    if (backward === 'transposed') checkPlan('segmentSum', plan.slice(buckets + 1));
    const back = plan.at(-1)!;
    const fits = backward === 'none' || sameDim(back.shape[0] ?? 0, rows!.shape[0] ?? 1);
    if (rows!.shape.length === 0 || !fits) {
      refuseShapes(
        'segmentSum',
        [rows!.shape, back.shape],
        backward === 'segments'
          ? 'a segment for each row'
          : 'a plan whose transposed order has as many rows',
      );
    }
    return [{ dtype: rows!.dtype, shape: [plan[buckets]!.shape[0]!, ...rows!.shape.slice(1)] }];
  },
  evaluate: ([rows, ...plan], { buckets }, [out]) => {
    const width = sizeOf(out!.shape.slice(1));
    const count = rows!.shape[0]!;
    const order = plan[buckets]!.data;
    const sums = new Float64Array(order.length * width);
    const found = bucketRows(plan.slice(0, buckets));
    order.forEach((row, segment) => {
      checkIndex('segmentSum', row, found.length);
      for (const source of found[row]!) {
        checkIndex('segmentSum', source, count + 1);
        // The row behind the last is the pad row of zeros.
        for (let i = 0; source < count && i < width; i++) {
          sums[segment * width + i]! += rows!.data[source * width + i]!;
        }
      }
    });
    return [sums];
  },
  gradient: ({ inputs: [rows, ...plan], upstream: [dy], attributes: { buckets, backward } }) => {
    if (backward === 'none') {
      throw new LimbeckError('not-differentiable', {
        where: 'grad through segmentSum',
        given: 'a plan without its backward pass',
        expected: 'a plan with transposed, or with segments',
        next: 'Make it with transposedSegmentPlan(), or pass the segment of each row.',
      });
    }
    const own = plan.slice(0, buckets + 1);
    const back = plan.slice(buckets + 1);
    if (backward === 'segments') {
      return [new Tensor(makeNode(gatherRows, [dy!, back[0]!, ...own], {}))];
    }
    const attributes = { buckets: back.length - 1, backward };
    const dx = new Tensor(makeNode(segmentSum, [dy!, ...back, ...own], attributes));
    return [dx.reshape(rows!.shape)];
  },
  lower: (emit, { buckets }) => {
    const [rows, ...plan] = emit.inputs;
    const padded = padRow(emit, rows!);
    const axis = emit.constant(int64s([1]));
    const sums = plan.slice(0, buckets).map((bucket) => {
      const [gathered, sum] = [emit.fresh(), emit.fresh()];
      emit.node('Gather', [padded, bucket], [gathered], { axis: int(0) });
      emit.node('ReduceSum', [gathered, axis], [sum], { keepdims: int(0) });
      return sum;
    });
    const joined = emit.fresh();
    emit.node('Concat', sums, [joined], { axis: int(0) });
    emit.node('Gather', [joined, plan[buckets]!], emit.outputs, { axis: int(0) });
  },
};

/** The entries of each row of all buckets, padding among them. */
export function bucketRows(buckets: readonly Value[]): Float64Array[] {
  return buckets.flatMap(({ shape, data }) => {
    const width = shape[1]!;
    return Array.from({ length: shape[0]! }, (_, row) =>
      data.subarray(row * width, (row + 1) * width),
    );
  });
}

/** The rows with one more behind them, filled with a number. */
export function padRow(emit: Emitter, rows: string, filling = 0): string {
  const { dtype, shape } = emit.inputSpecs[0]!;
  const [row, padded] = [emit.fresh(), emit.fresh()];
  const number = emit.constant(hostTensor(dtype, [], [filling]));
  emit.node('Expand', [number, emit.shape([1, ...shape.slice(1)])], [row]);
  emit.node('Concat', [rows, row], [padded], { axis: int(0) });
  return padded;
}

/** Rows of a table by index, with the plan that adds their gradients up: `[rows, …rest]` and `[n]` give `[n, …rest]`. */
export const gatherRows: Operator = {
  name: 'gatherRows',
  forwardInputs: () => 2,
  infer: ([table, indices, ...plan]) => {
    checkDtype('gatherRows', indices!, ['int64', 'int32']);
    checkPlan('gatherRows', plan);
    const [rows, ...rest] = table!.shape;
    const fits = rows !== undefined && sameDim(rows, plan.at(-1)!.shape[0]!);
    if (!fits || indices!.shape.length !== 1) {
      refuseShapes(
        'gatherRows',
        [table!.shape, indices!.shape, plan.at(-1)!.shape],
        '[rows, …], [n], and a plan whose order is [rows]',
      );
    }
    return [{ dtype: table!.dtype, shape: [indices!.shape[0]!, ...rest] }];
  },
  evaluate: ([table, indices], _attributes, [out]) => {
    const width = sizeOf(out!.shape.slice(1));
    const result = new Float64Array(indices!.data.length * width);
    indices!.data.forEach((index, i) => {
      checkIndex('gatherRows', index, table!.shape[0]!);
      result.set(table!.data.subarray(index * width, (index + 1) * width), i * width);
    });
    return [result];
  },
  gradient: ({ inputs: [, indices, ...plan], upstream: [dy] }) => {
    const attributes = { buckets: plan.length - 1, backward: 'segments' as const };
    return [new Tensor(makeNode(segmentSum, [dy!, ...plan, indices!], attributes))];
  },
  lower: (emit) => emit.node('Gather', emit.inputs, emit.outputs, { axis: int(0) }),
};
