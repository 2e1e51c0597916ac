/**
 * `out[row, column] = alpha · Σ_k x[row, k] · w[column, k]` for rows that lie one after another: both operands are walked in
 * order, and sums are kept in float64, in registers, two rows by four columns at a time.
 */
export function dotProducts(
  out: Float32Array,
  o: number,
  x: Float32Array,
  xAt: number,
  w: Float32Array,
  wAt: number,
  rows: number,
  columns: number,
  inner: number,
  alpha: number,
): void {
  let row = 0;
  for (; row + 1 < rows; row += 2) {
    const x0 = xAt + row * inner;
    const x1 = x0 + inner;
    let column = 0;
    for (; column + 3 < columns; column += 4) {
      const w0 = wAt + column * inner;
      const w1 = w0 + inner;
      const w2 = w1 + inner;
      const w3 = w2 + inner;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (let k = 0; k < inner; k++) {
        const a = x[x0 + k]!;
        const b = x[x1 + k]!;
        const c0 = w[w0 + k]!;
        const c1 = w[w1 + k]!;
        const c2 = w[w2 + k]!;
        const c3 = w[w3 + k]!;
        a0 += a * c0;
        a1 += a * c1;
        a2 += a * c2;
        a3 += a * c3;
        b0 += b * c0;
        b1 += b * c1;
        b2 += b * c2;
        b3 += b * c3;
      }
      const at = o + row * columns + column;
      out[at] = alpha * a0;
      out[at + 1] = alpha * a1;
      out[at + 2] = alpha * a2;
      out[at + 3] = alpha * a3;
      out[at + columns] = alpha * b0;
      out[at + columns + 1] = alpha * b1;
      out[at + columns + 2] = alpha * b2;
      out[at + columns + 3] = alpha * b3;
    }
    for (; column < columns; column++) {
      out[o + row * columns + column] = alpha * dot(x, x0, w, wAt + column * inner, inner);
      out[o + (row + 1) * columns + column] = alpha * dot(x, x1, w, wAt + column * inner, inner);
    }
  }
  if (row < rows)
    lastRow(out, o + row * columns, x, xAt + row * inner, w, wAt, columns, inner, alpha);
}

/** One row by four columns at a time. */
function lastRow(
  out: Float32Array,
  o: number,
  x: Float32Array,
  xAt: number,
  w: Float32Array,
  wAt: number,
  columns: number,
  inner: number,
  alpha: number,
): void {
  let column = 0;
  for (; column + 3 < columns; column += 4) {
    const w0 = wAt + column * inner;
    const w1 = w0 + inner;
    const w2 = w1 + inner;
    const w3 = w2 + inner;
    let a0 = 0;
    let a1 = 0;
    let a2 = 0;
    let a3 = 0;
    for (let k = 0; k < inner; k++) {
      const a = x[xAt + k]!;
      a0 += a * w[w0 + k]!;
      a1 += a * w[w1 + k]!;
      a2 += a * w[w2 + k]!;
      a3 += a * w[w3 + k]!;
    }
    out[o + column] = alpha * a0;
    out[o + column + 1] = alpha * a1;
    out[o + column + 2] = alpha * a2;
    out[o + column + 3] = alpha * a3;
  }
  for (; column < columns; column++) {
    out[o + column] = alpha * dot(x, xAt, w, wAt + column * inner, inner);
  }
}

function dot(x: Float32Array, i: number, w: Float32Array, j: number, inner: number): number {
  let sum = 0;
  for (let k = 0; k < inner; k++) sum += x[i + k]! * w[j + k]!;
  return sum;
}

/** The matrix `[rows, columns]` at `from` turned, `[columns, rows]`, at the start of `out`. */
export function turn(
  out: Float32Array,
  x: Float32Array,
  from: number,
  rows: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++) {
    const start = from + row * columns;
    for (let column = 0; column < columns; column++) out[column * rows + row] = x[start + column]!;
  }
}
