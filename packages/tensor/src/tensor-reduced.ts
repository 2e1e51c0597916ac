import { type Dim, LimbeckError } from '@limbeck/core';
import { multiplyDims } from './dims.js';
import * as reduce from './ops/reduce.js';
import * as shape from './ops/shape.js';
import { frontAxis } from './ops/support.js';
import { ElementwiseTensor } from './tensor-elementwise.js';
import type { Tensor } from './tensor.js';

/** Options of the reductions. */
export interface ReduceOptions {
  /** Whether a reduced axis stays, with size 1. @defaultValue false */
  readonly keep?: boolean;
}

/** Options of {@link Tensor.variance}. */
export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements before it divides: 1 for the unbiased estimate. @defaultValue 0 */
  readonly correction?: number;
}

/** Options of {@link Tensor.norm}. */
export interface NormOptions extends ReduceOptions {
  /** Σ|x| for 1, √Σx² for 2, max|x| for Infinity; no others. @defaultValue 2 */
  readonly order?: number;
}

/** Axes to reduce over: one, several, or all where it is left out. */
type Axes = number | readonly number[] | undefined;

/** The operators that reduce axes. */
export abstract class ReducedTensor extends ElementwiseTensor {
  #axes(axes: Axes): number[] {
    const rank = this.shape.length;
    if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
    const list = typeof axes === 'number' ? [axes] : axes;
    return list.map((axis) => frontAxis('reduce', axis, rank)).sort((a, b) => a - b);
  }
  #count(axes: Axes): Tensor | number {
    return this.#number(multiplyDims(...this.#axes(axes).map((axis) => this.shape[axis]!)));
  }
  #number(dim: Dim): Tensor | number {
    if (typeof dim === 'number') return dim;
    return this.apply(shape.dimension, [], { dim }).cast(this.dtype);
  }

  /** The size of an axis: a number, or a scalar of this dtype where it is known at run time. */
  sizeOf(axis: number): Tensor | number {
    return this.#number(this.shape[frontAxis('sizeOf', axis, this.shape.length)]!);
  }

  /** The sum over axes, or over all of them. */
  sum(axes?: number | readonly number[], { keep = false }: ReduceOptions = {}): Tensor {
    return this.apply(reduce.sum, [this.self], { axes: this.#axes(axes), keep });
  }
  /** The mean over axes, or over all of them. */
  mean(axes?: number | readonly number[], options: ReduceOptions = {}): Tensor {
    return this.sum(axes, options).div(this.#count(axes));
  }
  /** The largest element over axes, or over all of them. */
  max(axes?: number | readonly number[], { keep = false }: ReduceOptions = {}): Tensor {
    return this.apply(reduce.max, [this.self], { axes: this.#axes(axes), keep });
  }
  /** The smallest element over axes, or over all of them. */
  min(axes?: number | readonly number[], { keep = false }: ReduceOptions = {}): Tensor {
    return this.apply(reduce.min, [this.self], { axes: this.#axes(axes), keep });
  }
  /** The index of the first largest element along an axis, as int64. */
  argMax(axis = -1): Tensor {
    const front = frontAxis('argMax', axis, this.shape.length);
    return this.apply(reduce.argMax, [this.self], { axis: front });
  }
  /** The index of the first smallest element along an axis, as int64. */
  argMin(axis = -1): Tensor {
    const front = frontAxis('argMin', axis, this.shape.length);
    return this.apply(reduce.argMin, [this.self], { axis: front });
  }
  /** The mean squared distance from the mean, over axes or over all of them. */
  variance(axes?: number | readonly number[], options: VarianceOptions = {}): Tensor {
    const { correction = 0, keep = false } = options;
    const squares = this.sub(this.mean(axes, { keep: true }))
      .square()
      .sum(axes, { keep });
    const count = this.#count(axes);
    return squares.div(typeof count === 'number' ? count - correction : count.sub(correction));
  }
  /**
   * The length of vectors over axes, or over all of them. Where it is 0 its gradient is 0.
   * @throws LimbeckError `invalid-option` for an order other than 1, 2 and Infinity
   */
  norm(axes?: number | readonly number[], options: NormOptions = {}): Tensor {
    const { order = 2, ...rest } = options;
    if (order === 1) return this.abs().sum(axes, rest);
    if (order === Infinity) return this.abs().max(axes, rest);
    if (order !== 2) {
      throw new LimbeckError('invalid-option', {
        where: 'norm',
        given: `order ${String(order)}`,
        expected: '1, 2 or Infinity',
        next: 'Write other norms as abs().pow(order).sum().pow(1 / order).',
      });
    }
    const squares = this.square().sum(axes, rest);
    // The root of 0 has no slope: it is taken of 1 there, and left out of the result.
    const none = squares.equal(0).cast(this.dtype);
    return squares.add(none).sqrt().sub(none);
  }
  /**
   * log Σ e^x over axes, or over all of them, without overflow; −∞ over nothing, or where all is −∞, and its gradient
   * is 0 there.
   */
  logSumExp(axes?: number | readonly number[], { keep = false }: ReduceOptions = {}): Tensor {
    const largest = this.stopGradient().max(axes, { keep: true });
    // Taking an infinite one away would leave NaN.
    const shift = largest.abs().less(Infinity).where(largest, largest.scalar(0));
    const total = this.sub(shift).exp().sum(axes, { keep: true });
    const none = total.equal(0);
    const sum = none.where(total.scalar(1), total).log().add(shift);
    const result = none.where(sum.scalar(-Infinity), sum);
    if (keep) return result;
    return result.reshape(reduce.reducedShape(this.shape, { axes: this.#axes(axes), keep }));
  }
}
