import { checkBetween } from '@limbeck/core';
import type { Context, Tensor } from '@limbeck/tensor';

/** Options of {@link dropout}. */
export interface DropoutOptions {
  /** The share of elements that are set to 0 in training; from 0 to below 1. */
  readonly rate: number;
  /** Whether what stays is divided by 1 − rate, so that sums keep their size. @defaultValue true */
  readonly rescale?: boolean;
  /** The stream's name in the context. @defaultValue 'dropout' */
  readonly stream?: string;
}

/**
 * Sets random elements to 0 while training; the value itself otherwise.
 *
 * @throws LimbeckError `invalid-option`; `duplicate-name` for a second dropout of one stream in a scope
 * @see Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014.
 */
export function dropout(context: Context, x: Tensor, options: DropoutOptions): Tensor {
  const { rate, rescale = true, stream = 'dropout' } = options;
  checkBetween('dropout', { rate }, 0, 1 - 2 ** -24, 'Use 0 for none, or a share such as 0.1.');
  if (!context.training || rate === 0) return x;
  const kept = context
    .random(stream)
    .keep(1 - rate, x.shape)
    .cast(x.dtype);
  const masked = x.mul(kept);
  return rescale ? masked.mul(1 / (1 - rate)) : masked;
}
