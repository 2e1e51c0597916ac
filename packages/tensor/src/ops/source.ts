import type { HostTensor, Spec } from '@limbeck/core';
import type { Operator } from '../operator.js';

/** Attributes of {@link input}. */
export interface InputAttributes {
  readonly name: string;
  readonly spec: Spec;
}

/** A value that is fed when the graph runs. */
export const input: Operator<InputAttributes> = {
  name: 'input',
  infer: (_inputs, { spec }) => [spec],
  evaluate: () => [],
  gradient: () => [],
  lower: () => undefined,
};

/** Attributes of {@link constant}. */
export interface ConstantAttributes {
  readonly value: HostTensor;
}

/** A value that is part of the graph. */
export const constant: Operator<ConstantAttributes> = {
  name: 'constant',
  infer: (_inputs, { value }) => [{ dtype: value.dtype, shape: value.shape }],
  evaluate: (_inputs, { value }) => [Float64Array.from(value.data as Iterable<number>, Number)],
  gradient: () => [],
  lower: () => undefined,
};
