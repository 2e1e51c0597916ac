import type { Dim, HostTensor } from '@limbeck/core';
import { concat, constant, dimension } from '../../functions.js';
import type { Tensor } from '../../tensor.js';

/** Whole vectors longer than this are data, not shapes. */
const longestShape = 64;

/** What is known of a value while a file is read: its tensor, and where it is a shape or a constant, that too. */
export class OnnxValue {
  #tensor: Tensor | undefined;
  readonly #make: () => Tensor;

  private constructor(
    make: () => Tensor,
    /** The sizes, where this is an int64 vector or scalar made of sizes. */
    readonly sizes?: readonly Dim[],
    /** Whether {@link sizes} stands for a scalar. */
    readonly isScalar: boolean = false,
    /** The elements, where they stand in the file. */
    readonly host?: HostTensor,
  ) {
    this.#make = make;
  }

  /** A value computed by the graph. */
  static of(tensor: Tensor): OnnxValue {
    return new OnnxValue(() => tensor);
  }

  /** A value of the file, whose tensor is `tensor` where it is a parameter, and a constant otherwise. */
  static known(host: HostTensor, tensor?: Tensor): OnnxValue {
    const isShape =
      host.dtype === 'int64' && host.shape.length <= 1 && host.data.length <= longestShape;
    return new OnnxValue(
      () => tensor ?? constant(host),
      isShape ? Array.from(host.data as BigInt64Array, toSize) : undefined,
      host.shape.length === 0,
      host,
    );
  }

  /** Sizes computed from sizes. */
  static sizes(sizes: readonly Dim[], isScalar = false): OnnxValue {
    const make = (): Tensor => {
      const parts = sizes.map((size) => dimension(size));
      if (isScalar) return parts[0]!;
      if (parts.length === 0) {
        return constant({ dtype: 'int64', shape: [0], data: new BigInt64Array(0) });
      }
      return concat(parts.map((part) => part.reshape([1])));
    };
    return new OnnxValue(make, sizes, isScalar);
  }

  /** Whether the tensor was asked for. */
  get isUsed(): boolean {
    return this.#tensor !== undefined;
  }

  /** The value as a tensor. */
  get tensor(): Tensor {
    this.#tensor ??= this.#make();
    return this.#tensor;
  }
}

/** INT64_MAX and the like mean "to the end": any number beyond every size does. */
function toSize(value: bigint): number {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > limit ? limit : value < -limit ? -limit : value);
}
