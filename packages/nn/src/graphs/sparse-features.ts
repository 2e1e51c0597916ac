import { type Dim, type HostTensor, hostTensor, LimbeckError, type Specs } from '@limbeck/core';
import {
  type SparsePlan,
  sparsePlan,
  sparsePlanSpecs,
  type SparsePlanTensors,
  type Tensor,
} from '@limbeck/tensor';

/** A sparse matrix on the host: what `parseSparseRows` of `@limbeck/data` gives. */
export interface SparseRowsLike {
  /** How many rows there are. */
  readonly rows: number;
  /** How many columns there are. */
  readonly columns: number;
  /** Where each row's entries start, and where the last ends: `[rows + 1]`. */
  readonly starts: Int32Array;
  /** The column of each entry: `[entries]`. */
  readonly indices: Int32Array;
  /** The number at each entry: `[entries]`. */
  readonly values: Float32Array;
}

/** Sparse features inside a graph. */
export type SparseFeatureTensors = {
  /** Where the entries are. */
  readonly plan: SparsePlanTensors;
  /** What they are, float32 `[entries]`. */
  readonly values: Tensor;
};

/** Sparse features, ready to be fed. */
export type SparseFeatures = {
  /** Where the entries are. */
  readonly plan: SparsePlan;
  /** What they are, float32 `[entries]`. */
  readonly values: HostTensor<'float32'>;
};

/** Options of {@link sparseFeatures}. */
export interface SparseFeatureOptions {
  /** Whether every stored number counts as 1. @defaultValue false */
  readonly binary?: boolean;
  /** Whether each row is divided by its sum; a row of zeros stays one. @defaultValue false */
  readonly normalise?: boolean;
}

/**
 * A sparse matrix as the features of a `gcn` with `sparse`. Made on the host, once a graph.
 *
 * @throws LimbeckError `invalid-option` for a matrix without rows or columns; `invalid-data` for starts
 * that do not divide the entries, a column out of range, or more than 2^20 entries in one row or column
 */
export function sparseFeatures(
  matrix: SparseRowsLike,
  options: SparseFeatureOptions = {},
): SparseFeatures {
  const { binary = false, normalise = false } = options;
  const { rows, columns, starts, indices } = matrix;
  checkRows(matrix);
  const rowOf = new Int32Array(indices.length);
  const values = binary ? new Float32Array(indices.length).fill(1) : matrix.values.slice();
  for (let row = 0; row < rows; row++) {
    const [from, until] = [starts[row]!, starts[row + 1]!];
    rowOf.fill(row, from, until);
    if (!normalise) continue;
    const own = values.subarray(from, until);
    const sum = own.reduce((total, value) => total + value, 0);
    own.forEach((value, i) => {
      own[i] = sum === 0 ? value : value / sum;
    });
  }
  return {
    plan: sparsePlan(rowOf, indices, { rows, columns }),
    values: hostTensor('float32', [values.length], values),
  };
}

function checkRows({ rows, starts, indices, values }: SparseRowsLike): void {
  const [first, last] = [starts[0], starts.at(-1)];
  const rising = starts.every((start, i) => i === 0 || start >= starts[i - 1]!);
  const whole = first === 0 && last === indices.length && values.length === indices.length;
  if (starts.length === rows + 1 && rising && whole) return;
  throw new LimbeckError('invalid-data', {
    where: 'sparseFeatures',
    given: `${rows} rows with ${starts.length} starts from ${first} to ${last}, ${indices.length} indices and ${values.length} values`,
    expected:
      'a start a row and the end of the last, from 0 on and never falling, and a value for each index',
    next: 'Pass what parseSparseRows gives, or write starts as running counts of entries.',
  });
}

/** What {@link sparseFeatures} looks like to a graph. */
export function sparseFeatureSpecs(rows: Dim, columns: Dim): Specs<SparseFeatureTensors> {
  return {
    plan: sparsePlanSpecs('features', 'entries', { rows, columns }),
    values: { dtype: 'float32', shape: ['entries'] },
  };
}
