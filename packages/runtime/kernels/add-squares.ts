// The sums of the operator `gradientNorm`: element i belongs to column i mod 16.

// Four numbers' squares, in float64, added to two pairs of columns.
// @ts-ignore: decorator
@inline
function low(four: v128): v128 {
  const wide = f64x2.promote_low_f32x4(four);
  return f64x2.mul(wide, wide);
}

// @ts-ignore: decorator
@inline
function high(four: v128): v128 {
  return low(i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0));
}

/** Adds the squares of n numbers to 16 float64 sums: first among themselves, row after row, then to what was there. */
export function addSquares(n: i32, from: usize, sums: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  const bytes = <usize>n << 2;
  const whole = bytes & ~63;
  let at: usize = 0;
  for (; at < whole; at += 64) {
    const a = v128.load(from + at);
    const b = v128.load(from + at, 16);
    const c = v128.load(from + at, 32);
    const d = v128.load(from + at, 48);
    s0 = f64x2.add(s0, low(a));
    s1 = f64x2.add(s1, high(a));
    s2 = f64x2.add(s2, low(b));
    s3 = f64x2.add(s3, high(b));
    s4 = f64x2.add(s4, low(c));
    s5 = f64x2.add(s5, high(c));
    s6 = f64x2.add(s6, low(d));
    s7 = f64x2.add(s7, high(d));
  }
  // The scratch row behind the sums holds what these numbers alone add up to.
  const own = sums + 128;
  v128.store(own, s0);
  v128.store(own, s1, 16);
  v128.store(own, s2, 32);
  v128.store(own, s3, 48);
  v128.store(own, s4, 64);
  v128.store(own, s5, 80);
  v128.store(own, s6, 96);
  v128.store(own, s7, 112);
  for (let column = own; at < bytes; at += 4, column += 8) {
    const x = <f64>load<f32>(from + at);
    store<f64>(column, load<f64>(column) + x * x);
  }
  for (let i: usize = 0; i < 128; i += 16) {
    v128.store(sums + i, f64x2.add(v128.load(sums + i), v128.load(own + i)));
  }
}
