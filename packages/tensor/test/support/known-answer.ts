import { type DType, type HostTensor, hostTensor } from '@limbeck/core';
import type { Tensor } from '../../src/tensor.js';

/** What ONNX's published semantics say of one edge. */
export interface KnownAnswer {
  readonly feeds: { readonly [name: string]: HostTensor };
  readonly build: (inputs: { readonly [name: string]: Tensor }) => Tensor;
  /** The elements that come out. */
  readonly expected: readonly number[];
  /** Their shape, where it is part of the answer. */
  readonly shape?: readonly number[];
}

type Build = KnownAnswer['build'];

/** Numbers of a dtype. */
export const vector = (dtype: DType, values: readonly number[]): HostTensor =>
  hostTensor(dtype, [values.length], values);

/** One vector x. */
export const of = (
  dtype: DType,
  values: readonly number[],
  build: (x: Tensor) => Tensor,
  expected: readonly number[],
): KnownAnswer => ({ feeds: { x: vector(dtype, values) }, build: ({ x }) => build(x!), expected });

/** Two vectors a and b. */
export const pair = (
  dtype: DType,
  a: readonly number[],
  b: readonly number[],
  build: (a: Tensor, b: Tensor) => Tensor,
  expected: readonly number[],
): KnownAnswer => ({
  feeds: { a: vector(dtype, a), b: vector(dtype, b) },
  build: ({ a: left, b: right }) => build(left!, right!),
  expected,
});

/** One float tensor x of a shape. */
export const shaped = (
  shape: readonly number[],
  values: readonly number[],
  build: (x: Tensor) => Tensor,
  expected: readonly number[],
  result?: readonly number[],
): KnownAnswer => ({
  feeds: { x: hostTensor('float32', shape, values) },
  build: ({ x }) => build(x!),
  expected,
  ...(result === undefined ? {} : { shape: result }),
});

/** Two tensors a and b. */
export const two =
  (build: (a: Tensor, b: Tensor) => Tensor): Build =>
  ({ a, b }) =>
    build(a!, b!);
/** Floats of a shape. */
export const float = (shape: readonly number[], values: readonly number[]): HostTensor =>
  hostTensor('float32', shape, values);
