import { checkWhole, type Dim } from '@limbeck/core';
import { addDims, divideDim, multiplyDims, sameDim, sameShape } from './dims.js';
import * as shape from './ops/shape.js';
import { frontAxis, refuseShapes } from './ops/support.js';
import { OrderedTensor } from './tensor-ordered.js';
import type { Tensor } from './tensor.js';

/** The operators that change shapes. */
export abstract class ShapedTensor extends OrderedTensor {
  /** The same elements in another shape; one size may be −1 and is worked out. */
  reshape(to: readonly Dim[]): Tensor {
    const target = to.includes(-1) ? this.#inferred(to) : to;
    if (sameShape(this.shape, target)) return this.self;
    return this.apply(shape.reshape, [this.self], { shape: target });
  }
  #inferred(to: readonly Dim[]): Dim[] {
    const known = to.filter((dim) => dim !== -1);
    const [all, rest] = [multiplyDims(...this.shape), multiplyDims(...known)];
    // What stands on both sides cancels, sums such as past+tokens too; what is left divides, or nothing does.
    const own = [...this.shape];
    const others = known.filter((dim) => {
      const at = own.findIndex((each) => sameDim(each, dim));
      if (at >= 0) own.splice(at, 1);
      return at < 0;
    });
    const quotient = divideDim(multiplyDims(...own), multiplyDims(...others));
    const candidates: Dim[] = quotient === undefined ? [] : [quotient];
    candidates.push(...this.shape, all, 1);
    // Where no single product divides, the missing size may be one of own sizes: try runs of neighbours.
    for (let from = 0; from < this.shape.length; from++) {
      for (let until = from + 1; until <= this.shape.length; until++) {
        candidates.push(multiplyDims(...this.shape.slice(from, until)));
      }
    }
    const found = candidates.find((dim) => sameDim(multiplyDims(dim, rest), all));
    if (found === undefined || known.length !== to.length - 1) {
      refuseShapes('reshape', [this.shape, to], 'at most one -1, and sizes that divide the whole');
    }
    return to.map((dim) => (dim === -1 ? found : dim));
  }
  /** All elements in one axis. */
  flatten(): Tensor {
    return this.reshape([multiplyDims(...this.shape)]);
  }
  /** Elements repeated along axes of size 1 and along new axes in front. */
  expand(to: readonly Dim[]): Tensor {
    return sameShape(this.shape, to)
      ? this.self
      : this.apply(shape.expand, [this.self], { shape: to });
  }
  /** Summed over what broadcasting to this shape repeated: the adjoint of {@link expand}. */
  sumTo(to: readonly Dim[]): Tensor {
    if (sameShape(this.shape, to)) return this.self;
    const lead = this.shape.length - to.length;
    const axes = this.shape.flatMap((dim, axis) =>
      axis < lead || (to[axis - lead] === 1 && dim !== 1) ? [axis] : [],
    );
    return this.sum(axes, { keep: true }).reshape(to);
  }
  /** Axes in another order; without one, the last two are swapped. */
  transpose(order?: readonly number[]): Tensor {
    const rank = this.shape.length;
    const all = Array.from({ length: rank }, (_, axis) => axis);
    const swapped = [...all.slice(0, -2), rank - 1, rank - 2];
    return this.apply(shape.transpose, [this.self], { order: order ?? swapped });
  }
  /** Elements `start`, `start + step`, … below `stop` along an axis; without `stop`, to the end. */
  slice(axis: number, start: Dim, stop?: Dim, step = 1): Tensor {
    const front = frontAxis('slice', axis, this.shape.length);
    const size = this.shape[front]!;
    return this.apply(shape.slice, [this.self], {
      axis: front,
      start,
      stop: stop ?? size,
      step,
      size,
    });
  }
  /** Put at `start`, `start + step`, … along an axis of `size` zeros: the adjoint of {@link slice}. */
  unslice(axis: number, start: Dim, stop: Dim, size: Dim, step = 1): Tensor {
    const front = frontAxis('unslice', axis, this.shape.length);
    return this.apply(shape.unslice, [this.self], { axis: front, start, stop, step, size });
  }
  /** Zeros before and after along an axis. */
  pad(axis: number, before: number, after: number): Tensor {
    const front = frontAxis('pad', axis, this.shape.length);
    checkWhole('pad', { before, after }, 0, 'Use slice to take elements away.');
    const extended = addDims(this.shape[front]!, before);
    return this.unslice(front, before, extended, addDims(extended, after));
  }
  /** Others behind this one along an axis. */
  concat(others: readonly Tensor[], axis = 0): Tensor {
    if (others.length === 0) return this.self;
    const front = frontAxis('concat', axis, this.shape.length);
    return this.apply(shape.concat, [this.self, ...others], { axis: front });
  }
  /** All of this as often as said along each axis, one after the other. */
  tile(repeats: readonly number[]): Tensor {
    if (repeats.length !== this.shape.length) {
      refuseShapes('tile', [this.shape], `one number an axis, not [${repeats.join(', ')}]`);
    }
    checkWhole('tile', Object.fromEntries(repeats.entries()), 1, 'Repeat 1 time to keep an axis.');
    const apart = this.shape.flatMap((dim) => [1, dim]);
    const wide = this.shape.flatMap((dim, axis) => [repeats[axis]!, dim]);
    const joined = this.shape.map((dim, axis) => multiplyDims(dim, repeats[axis]!));
    return this.reshape(apart).expand(wide).reshape(joined);
  }
}
