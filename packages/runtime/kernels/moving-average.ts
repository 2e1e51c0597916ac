// The operator `movingAverage` over n numbers.

/** a + taken · (θ − a) */
export function movingAverage(
  n: i32,
  average: usize,
  latest: usize,
  next: usize,
  taken: f32,
): void {
  const shares = f32x4.splat(taken);
  const bytes = <usize>n << 2;
  const whole = bytes & ~15;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const a = v128.load(average + at);
    const change = f32x4.mul(f32x4.sub(v128.load(latest + at), a), shares);
    v128.store(next + at, f32x4.add(a, change));
  }
  for (; at < bytes; at += 4) {
    const a = load<f32>(average + at);
    store<f32>(next + at, a + (load<f32>(latest + at) - a) * taken);
  }
}
