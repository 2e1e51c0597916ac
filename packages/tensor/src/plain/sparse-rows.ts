/** Above this share of numbers that are not 0 a row is multiplied as a whole. */
const fewest = 1 / 4;

/**
 * Products of rows that are mostly zeros, as counts of n-grams are, with a matrix `[inner, columns]`: only the rows of the
 * matrix that count are read. A matrix that is not finite is left alone, since 0 · ∞ is no 0.
 */
export class SparseRows {
  readonly #matrix: Float32Array;
  readonly #columns: number;
  readonly #sums: Float64Array;
  readonly #isFinite: boolean;

  constructor(matrix: Float32Array, columns: number) {
    this.#matrix = matrix;
    this.#columns = columns;
    this.#sums = new Float64Array(columns);
    this.#isFinite = matrix.every(Number.isFinite);
  }

  /** Whether enough of the rows is 0. */
  fits(x: Float32Array): boolean {
    if (!this.#isFinite) return false;
    const most = x.length * fewest;
    let filled = 0;
    for (let i = 0; i < x.length; i++) {
      if (x[i] !== 0 && ++filled > most) return false;
    }
    return true;
  }

  /** `out[row] = alpha · x[row] W` for all rows. */
  multiply(out: Float32Array, x: Float32Array, rows: number, inner: number, alpha: number): void {
    const [matrix, columns, sums] = [this.#matrix, this.#columns, this.#sums];
    for (let row = 0; row < rows; row++) {
      sums.fill(0);
      for (let k = 0; k < inner; k++) {
        const value = x[row * inner + k]!;
        if (value === 0) continue;
        const at = k * columns;
        for (let column = 0; column < columns; column++) {
          sums[column]! += value * matrix[at + column]!;
        }
      }
      for (let column = 0; column < columns; column++) {
        out[row * columns + column] = alpha * sums[column]!;
      }
    }
  }
}
