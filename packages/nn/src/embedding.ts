import { checkWhole, type HostTree, type Rng } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import { type Initialiser, truncatedNormal } from './initialisers.js';

/** An embedding's table `[rows, width]`. */
export type EmbeddingParameters = {
  /** `[rows, width]`. */
  readonly table: Tensor;
};

/** Fresh parameters of {@link embedding}. @throws LimbeckError `invalid-option` */
export function embeddingParameters(
  rng: Rng,
  rows: number,
  width: number,
  table: Initialiser = truncatedNormal(0.02),
): HostTree<EmbeddingParameters> {
  checkWhole('embeddingParameters', { rows, width }, 1, 'Pass how many rows of which width.');
  return { table: table(rng.stream('table'), [rows, width]) };
}

/**
 * Rows of the table by index: int64 `[…]` to `[…, width]`.
 *
 * @throws LimbeckError `dtype-mismatch`
 */
export function embedding(parameters: EmbeddingParameters, indices: Tensor): Tensor {
  return parameters.table.gather(indices);
}
