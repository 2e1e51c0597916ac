import type { HostTensor } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';

/** Numbers as people write them: `[[0, 1], [2, 3]]` has shape `[2, 2]`, and `5` is a scalar. */
export type Numbers = number | boolean | readonly Numbers[];

/**
 * The signals that a loss needs, with their values written out. Numbers become `int64` in a field whose name ends in
 * `labels`, `indices`, `index` or `ids`, `float32` elsewhere, and truth values `bool`; a `HostTensor` is kept as
 * it is. In a list of tensors each one is a `HostTensor`, since plain arrays would read as one tensor.
 */
export type Signals<Needs> = Needs extends Tensor
  ? Numbers | HostTensor
  : Needs extends readonly (infer Each)[]
    ? readonly (Each extends Tensor ? HostTensor : Signals<Each>)[]
    : Needs extends object
      ? { readonly [Name in keyof Needs]: Signals<Needs[Name]> }
      : Needs;
