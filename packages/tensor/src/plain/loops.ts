/**
 * Loops over runs of elements: `out[o …]` from `a[i …]` and `b[j …]`, `n` of them, where a step is 0 for an operand that
 * is repeated. They are written out, one by one and by the kind of array, since a loop that calls a function, or that sees
 * arrays of several kinds, takes several times as long.
 */
export type Loop<S> = (
  out: S,
  o: number,
  a: S,
  i: number,
  da: number,
  b: S,
  j: number,
  db: number,
  n: number,
) => void;

/** Loops over float32. */
export const floatLoops: { readonly [operator: string]: Loop<Float32Array> } = {
  add: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = a[i + k * da]! + b[j + k * db]!;
  },
  sub: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = a[i + k * da]! - b[j + k * db]!;
  },
  mul: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = a[i + k * da]! * b[j + k * db]!;
  },
  div: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = a[i + k * da]! / b[j + k * db]!;
  },
  maximum: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.max(a[i + k * da]!, b[j + k * db]!);
  },
  minimum: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.min(a[i + k * da]!, b[j + k * db]!);
  },
};

/** Loops over int64, which lies in float64. */
export const wholeLoops: { readonly [operator: string]: Loop<Float64Array> } = {
  add: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = a[i + k * da]! + b[j + k * db]!;
  },
  sub: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = a[i + k * da]! - b[j + k * db]!;
  },
  mul: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = a[i + k * da]! * b[j + k * db]!;
  },
  maximum: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.max(a[i + k * da]!, b[j + k * db]!);
  },
  minimum: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.min(a[i + k * da]!, b[j + k * db]!);
  },
};

/** Loops over uint32; stores wrap by themselves. */
export const bitLoops: { readonly [operator: string]: Loop<Uint32Array> } = {
  mul: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = Math.imul(a[i + k * da]!, b[j + k * db]!);
  },
  bitXor: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = a[i + k * da]! ^ b[j + k * db]!;
  },
  bitAnd: (out, o, a, i, da, b, j, db, n) => {
    for (let k = 0; k < n; k++) out[o + k] = a[i + k * da]! & b[j + k * db]!;
  },
};

/** Functions of one float32, each in a loop of its own. */
export const floatMaps: {
  readonly [operator: string]: (out: Float32Array, x: Float32Array) => void;
} = {
  neg: (out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = -x[i]!;
  },
  abs: (out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.abs(x[i]!);
  },
  exp: (out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.exp(x[i]!);
  },
  log: (out, x) => {
    // Counts of n-grams are mostly 0, and log 1 is 0.
    for (let i = 0; i < out.length; i++) out[i] = x[i] === 1 ? 0 : Math.log(x[i]!);
  },
  sqrt: (out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[i]!);
  },
  tanh: (out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.tanh(x[i]!);
  },
  sigmoid: (out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = 1 / (1 + Math.exp(-x[i]!));
  },
  relu: (out, x) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(x[i]!, 0);
  },
};
