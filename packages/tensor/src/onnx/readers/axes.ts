import type { Dim } from '@limbeck/core';
import { addDims, dimTerms } from '../../dims.js';
import type { Tensor } from '../../tensor.js';

/** The last axis and another one change places. */
export function swapLast(x: Tensor, axis: number): Tensor {
  const last = x.shape.length - 1;
  if (axis === last) return x;
  const order = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return x.transpose(order);
}

/** Zeros before and after along an axis; a negative amount takes elements away. */
export function pad(x: Tensor, axis: number, before: Dim, after: Dim): Tensor {
  if (before === 0 && after === 0) return x;
  const front = typeof before === 'number' && before < 0 ? -before : 0;
  let y = front === 0 ? x : x.slice(axis, front);
  const start = front === 0 ? before : 0;
  const end = addDims(start, y.shape[axis]!);
  const size = addDims(end, after);
  if (typeof after === 'number' ? after >= 0 : isNeverNegative(after)) {
    return y.unslice(axis, start, end, size);
  }
  if (typeof after === 'number') {
    y = y.slice(axis, 0, addDims(y.shape[axis]!, after));
    return y.unslice(axis, start, addDims(start, y.shape[axis]!), size);
  }
  // Whether it adds or takes is known at run time: it adds what is there in any case, then takes the rest.
  return y.unslice(axis, start, end, addDims(end, size)).slice(axis, 0, size);
}

function isNeverNegative(size: Dim): boolean {
  return dimTerms(size).every(({ coefficient }) => coefficient >= 0);
}
