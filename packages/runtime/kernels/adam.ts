// One step of Adam over n numbers. Every operation is the one of the operator `adamUpdate`, in its order, so every
// result is equal to the bit; what is written may be what is read.

/**
 * g ← factor · g + coupled · θ        M ← β₁ M + g        V ← β₂ V + g²
 * θ ← shrink · θ − size · M / (√V + tiny)
 */
export function adam(
  n: i32,
  theta: usize,
  first: usize,
  second: usize,
  gradient: usize,
  nextTheta: usize,
  nextFirst: usize,
  nextSecond: usize,
  size: f32,
  tiny: f32,
  shrink: f32,
  factor: f32,
  coupled: f32,
  beta1: f32,
  beta2: f32,
): void {
  const sizes = f32x4.splat(size);
  const tinies = f32x4.splat(tiny);
  const shrinks = f32x4.splat(shrink);
  const factors = f32x4.splat(factor);
  const decays = f32x4.splat(coupled);
  const keeps1 = f32x4.splat(beta1);
  const keeps2 = f32x4.splat(beta2);
  const bytes = <usize>n << 2;
  const whole = bytes & ~15;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const t = v128.load(theta + at);
    let g = f32x4.mul(v128.load(gradient + at), factors);
    if (coupled != 0) g = f32x4.add(g, f32x4.mul(t, decays));
    const m = f32x4.add(f32x4.mul(v128.load(first + at), keeps1), g);
    const v = f32x4.add(f32x4.mul(v128.load(second + at), keeps2), f32x4.mul(g, g));
    const change = f32x4.mul(f32x4.div(m, f32x4.add(f32x4.sqrt(v), tinies)), sizes);
    v128.store(nextTheta + at, f32x4.sub(f32x4.mul(t, shrinks), change));
    v128.store(nextFirst + at, m);
    v128.store(nextSecond + at, v);
  }
  for (; at < bytes; at += 4) {
    const t = load<f32>(theta + at);
    let g = load<f32>(gradient + at) * factor;
    if (coupled != 0) g = g + t * coupled;
    const m = load<f32>(first + at) * beta1 + g;
    const v = load<f32>(second + at) * beta2 + g * g;
    const change = (m / (sqrt<f32>(v) + tiny)) * size;
    store<f32>(nextTheta + at, t * shrink - change);
    store<f32>(nextFirst + at, m);
    store<f32>(nextSecond + at, v);
  }
}
