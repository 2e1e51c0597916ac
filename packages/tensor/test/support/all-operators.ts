import * as binary from '../../src/ops/binary.js';
import * as conv from '../../src/ops/conv1d.js';
import * as gelu from '../../src/ops/gelu.js';
import * as indexed from '../../src/ops/index-ops.js';
import * as linear from '../../src/ops/matmul.js';
import * as normalise from '../../src/ops/normalise.js';
import * as ordered from '../../src/ops/ordered.js';
import * as rearrange from '../../src/ops/rearrange.js';
import * as reduce from '../../src/ops/reduce.js';
import * as rmsNorm from '../../src/ops/rms-norm.js';
import * as segment from '../../src/ops/segment.js';
import * as segmentMax from '../../src/ops/segment-max.js';
import * as sparseMatmul from '../../src/ops/sparse-matmul.js';
import * as shape from '../../src/ops/shape.js';
import * as source from '../../src/ops/source.js';
import * as unary from '../../src/ops/unary.js';
import * as averagePool from '../../src/ops/average-pool.js';
import * as batchNorm from '../../src/ops/batch-norm.js';
import * as windows from '../../src/ops/conv.js';
import * as convTranspose from '../../src/ops/conv-transpose.js';
import * as maxPool from '../../src/ops/max-pool.js';
import * as resize from '../../src/ops/resize.js';
import * as resizeMatrix from '../../src/ops/resize-matrix.js';
import * as turnedKernel from '../../src/ops/turned-kernel.js';
import * as unfold from '../../src/ops/unfold.js';
import type { Operator } from '../../src/operator.js';

const modules = [
  averagePool,
  batchNorm,
  windows,
  convTranspose,
  maxPool,
  resize,
  resizeMatrix,
  turnedKernel,
  unfold,
  binary,
  conv,
  gelu,
  indexed,
  linear,
  normalise,
  ordered,
  rearrange,
  reduce,
  rmsNorm,
  segment,
  segmentMax,
  sparseMatmul,
  shape,
  source,
  unary,
];

/** Every operator that src/ops exports, found by looking: one that is added is here without being listed. */
export const allOperators: readonly Operator[] = modules.flatMap((module) =>
  Object.values(module as object).filter(
    (value): value is Operator => typeof value === 'object' && value !== null && 'infer' in value,
  ),
);
