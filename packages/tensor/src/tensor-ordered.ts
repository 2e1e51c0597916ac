import type { Dim } from '@limbeck/core';
import * as indexed from './ops/index-ops.js';
import * as ordered from './ops/ordered.js';
import * as rearrange from './ops/rearrange.js';
import { makeNode } from './tensor-base.js';
import { frontAxis } from './ops/support.js';
import { ReducedTensor } from './tensor-reduced.js';
import type { Tensor } from './tensor.js';

/** Options of {@link Tensor.cumsum}. */
export interface CumsumOptions {
  /** Whether an element is left out of its own sum. @defaultValue false */
  readonly exclusive?: boolean;
  /** Whether sums run from the end. @defaultValue false */
  readonly reverse?: boolean;
}

/** Options of {@link Tensor.sort}. */
export interface SortOptions {
  /** Whether the largest comes first. @defaultValue false */
  readonly descending?: boolean;
}

/** Options of {@link Tensor.topK}. */
export interface TopKOptions {
  /** Along which axis. @defaultValue -1 */
  readonly axis?: number;
  /** Whether the largest are kept, from the largest on; otherwise the smallest. @defaultValue true */
  readonly largest?: boolean;
}

/** Elements in order, and where they stood. */
export interface Ordered {
  /** The elements. */
  readonly values: Tensor;
  /** Their int64 indices along the axis; of equal elements the first comes first. */
  readonly indices: Tensor;
}

/** The operators that run along an axis: sums, orders, pieces. */
export abstract class OrderedTensor extends ReducedTensor {
  #front(operator: string, axis: number): number {
    return frontAxis(operator, axis, this.shape.length);
  }

  /** Sums of all elements up to each along an axis. */
  cumsum(axis: number, { exclusive = false, reverse = false }: CumsumOptions = {}): Tensor {
    const front = this.#front('cumsum', axis);
    return this.apply(ordered.cumsum, [this.self], { axis: front, exclusive, reverse });
  }
  /** The k largest or smallest elements along an axis, in order. Gradients flow into the elements kept. */
  topK(k: Dim, { axis = -1, largest = true }: TopKOptions = {}): Ordered {
    const front = this.#front('topK', axis);
    const node = makeNode(ordered.topK, [this.self], { axis: front, k, largest });
    return { values: this.wrap(node, 0), indices: this.wrap(node, 1) };
  }
  /** All elements along an axis, in order. */
  sort(axis = -1, { descending = false }: SortOptions = {}): Ordered {
    const front = this.#front('sort', axis);
    return this.self.topK(this.shape[front]!, { axis: front, largest: descending });
  }
  /** Elements along an axis by whole numbers, whose shape is this one's but for that axis. */
  gatherAlong(axis: number, indices: Tensor): Tensor {
    const front = this.#front('gatherAlong', axis);
    return this.apply(indexed.takeAlong, [this.self, indices], { axis: front });
  }
  /** Pieces of these sizes, which add up to the axis. */
  split(axis: number, sizes: readonly Dim[]): Tensor[] {
    const front = this.#front('split', axis);
    const node = makeNode(rearrange.split, [this.self], { axis: front, sizes });
    return sizes.map((_, piece) => this.wrap(node, piece));
  }
  /** An axis from its end to its beginning. */
  flip(axis: number): Tensor {
    return this.apply(rearrange.flip, [this.self], { axis: this.#front('flip', axis) });
  }
  /** What lies on and below a diagonal of the matrices in the last two axes; above it 0. */
  tril(diagonal = 0): Tensor {
    return this.apply(rearrange.triangle, [this.self], { upper: false, diagonal });
  }
  /** What lies on and above a diagonal of the matrices in the last two axes; below it 0. */
  triu(diagonal = 0): Tensor {
    return this.apply(rearrange.triangle, [this.self], { upper: true, diagonal });
  }
}
