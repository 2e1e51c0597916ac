import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import type { OneNode } from '../one-node.js';

const rng = Rng.from(7).stream('read-cases');

/** Floats from −2 to 2, drawn with a seed. */
export function f(...shape: number[]): HostTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return hostTensor(
    'float32',
    shape,
    Array.from({ length: count }, () => rng.uniform(-2, 2)),
  );
}
/** Floats of at least 0.1. */
export const positive = (...shape: number[]): HostTensor => {
  const { data } = f(...shape);
  return hostTensor(
    'float32',
    shape,
    Float32Array.from(data as Float32Array, (x) => Math.abs(x) + 0.1),
  );
};
/** These floats. */
export const fill = (shape: number[], ...values: number[]): HostTensor =>
  hostTensor('float32', shape, Float32Array.from(values));
/** A vector of these whole numbers. */
export const i = (...values: number[]): HostTensor =>
  hostTensor('int64', [values.length], BigInt64Array.from(values, BigInt));
/** These whole numbers in a shape. */
export const at = (shape: number[], ...values: number[]): HostTensor =>
  hostTensor('int64', shape, BigInt64Array.from(values, BigInt));
/** One whole number. */
export const one = (value: number): HostTensor => at([], value);
/** These bytes. */
export const bytes = (shape: number[], ...values: number[]): HostTensor =>
  hostTensor('uint8', shape, Uint8Array.from(values));
/** These signed bytes. */
export const small = (shape: number[], ...values: number[]): HostTensor =>
  hostTensor('int8', shape, Int8Array.from(values));
/** A vector of truth values. */
export const bools = (...values: number[]): HostTensor =>
  hostTensor('bool', [values.length], Uint8Array.from(values));

/** A case named after its operator and attributes; without inputs of its own it is fed floats `[2, 3]`. */
export const unary = (type: string, more: Partial<OneNode> = {}): [string, OneNode] => [
  `${type}${more.attributes === undefined ? '' : ` ${JSON.stringify(more.attributes)}`}`,
  { type, inputs: [f(2, 3)], ...more },
];
