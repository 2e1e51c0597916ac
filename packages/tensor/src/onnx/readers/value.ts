import { allocate, type Dim, type DType, type HostTensor, sizeOf } from '@limbeck/core';
import { concat, constant, dimension } from '../../functions.js';
import { interpret } from '../../graph/interpret.js';
import { forwardInputs, topologicalOrder } from '../../graph/order.js';
import { rounded } from '../../graph/passes/constants.js';
import type { Tensor } from '../../tensor.js';

/** Whole vectors longer than this are data, not shapes. */
const longestShape = 64;

/** What is computed while a file is read, so that a few bytes of it never fill the memory: results, and what lies between. */
const longestConstant = 64;
const largestBetween = 4096;

interface Facts {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
  readonly make: () => Tensor;
  readonly sizes?: readonly Dim[] | undefined;
  readonly host?: HostTensor | undefined;
  readonly isConstant: boolean;
  readonly file?: HostTensor | undefined;
}

/** What is known of a value while a file is read: its tensor, and where it is a shape or a constant, that too. */
export class OnnxValue {
  readonly #facts: Facts;
  #tensor: Tensor | undefined;
  #host: HostTensor | undefined;
  #isFolded = false;

  private constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** A value computed by the graph; a constant where it is small and computed of constants alone. */
  static of(tensor: Tensor, isConstant = false): OnnxValue {
    const { dtype, shape } = tensor;
    const isKnown = isConstant && isSmall(shape, longestConstant);
    const value = new OnnxValue({ dtype, shape, make: () => tensor, isConstant: isKnown });
    value.#tensor = tensor;
    return value;
  }

  /** A constant of the file. */
  static known(host: HostTensor): OnnxValue {
    const { dtype, shape } = host;
    return new OnnxValue({
      dtype,
      shape,
      make: () => constant(host),
      host,
      isConstant: isSmall(shape, largestBetween),
      file: host,
    });
  }

  /** A value of the file that may be another when the graph runs: a parameter, or state. */
  static fed(host: HostTensor, make: () => Tensor): OnnxValue {
    const { dtype, shape } = host;
    return new OnnxValue({ dtype, shape, make, isConstant: false, file: host });
  }

  /** Sizes computed from sizes: a vector, or a scalar of one. */
  static sizes(sizes: readonly Dim[], isScalar = false, dtype: DType = 'int64'): OnnxValue {
    const make = (): Tensor => {
      const parts = sizes.map((size) => dimension(size));
      if (isScalar) return parts[0]!.cast(dtype);
      if (parts.length === 0) return constant({ dtype, shape: [0], data: allocate(dtype, 0) });
      return concat(parts.map((part) => part.reshape([1]))).cast(dtype);
    };
    const shape = isScalar ? [] : [sizes.length];
    const isConstant = sizes.every((size) => typeof size === 'number');
    return new OnnxValue({ dtype, shape, make, sizes, isConstant });
  }

  /** What its elements are. */
  get dtype(): DType {
    return this.#facts.dtype;
  }

  /** Its sizes. */
  get shape(): readonly Dim[] {
    return this.#facts.shape;
  }

  /** Whether it has no axes. */
  get isScalar(): boolean {
    return this.shape.length === 0;
  }

  /** Whether it follows from the file alone, and is small enough to be computed while that is read. */
  get isConstant(): boolean {
    return this.#facts.isConstant;
  }

  /** The elements that the file has for it, also those of a parameter. */
  get inFile(): HostTensor | undefined {
    return this.#facts.file;
  }

  /** The tensor, where it is there already. */
  get made(): Tensor | undefined {
    return this.#tensor;
  }

  /** The value as a tensor. */
  get tensor(): Tensor {
    this.#tensor ??= this.#facts.make();
    return this.#tensor;
  }

  /** The elements, where they follow from the file alone and are few. */
  get host(): HostTensor | undefined {
    if (this.#facts.host !== undefined) return this.#facts.host;
    if (!this.#facts.isConstant) return undefined;
    if (!this.#isFolded) this.#host = fold(this.tensor);
    this.#isFolded = true;
    // What is computed of this one starts here: a long chain is not computed anew for each of its values.
    if (this.#host !== undefined) this.#tensor = constant(this.#host);
    return this.#host;
  }

  /** The sizes that it holds, where this is a whole vector or scalar made of sizes or constants. */
  get sizes(): readonly Dim[] | undefined {
    if (this.#facts.sizes !== undefined) return this.#facts.sizes;
    const { dtype, shape } = this;
    const mayBeSizes = (dtype === 'int64' || dtype === 'int32') && shape.length <= 1;
    if (!mayBeSizes || !this.isConstant || Number(shape[0] ?? 1) > longestShape) return undefined;
    const { host } = this;
    return host === undefined ? undefined : wholesOf(host);
  }
}

/** Elements as numbers; INT64_MAX and the like mean "to the end": any number beyond every size does. */
export function wholesOf(host: HostTensor): number[] {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return Array.from(host.data as Iterable<number | bigint>, (value) => {
    if (typeof value === 'number') return value;
    return Number(value > limit ? limit : value < -limit ? -limit : value);
  });
}

function isSmall(shape: readonly Dim[], most: number): boolean {
  if (!shape.every((size): size is number => typeof size === 'number')) return false;
  return sizeOf(shape) <= most;
}

/** Computes what needs no input, unless something on the way is large. */
function fold(tensor: Tensor): HostTensor | undefined {
  for (const { outputs } of topologicalOrder([tensor], forwardInputs)) {
    for (const { shape } of outputs) {
      if (!isSmall(shape, largestBetween)) return undefined;
    }
  }
  return rounded(interpret({ value: tensor }).value, tensor.dtype);
}
