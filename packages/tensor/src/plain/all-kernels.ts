import { windowKernels } from './convolve.js';
import { elementwiseKernels } from './elementwise.js';
import { indexedKernels } from './indexed.js';
import type { KernelMakers } from './kernel.js';
import { moveKernels } from './moves.js';
import { productKernels } from './products.js';
import { reductionKernels } from './reductions.js';
import { rowKernels } from './rows.js';

/** Loops in float32 by operator; all other operators are left to the reference. */
export const kernelMakers: KernelMakers = {
  ...elementwiseKernels,
  ...indexedKernels,
  ...moveKernels,
  ...productKernels,
  ...reductionKernels,
  ...rowKernels,
  ...windowKernels,
};
