// One step of gradient descent over n numbers, as the operator `sgdUpdate` has it.

/** g ← factor · g + coupled · θ        θ ← θ − rate · g */
export function sgd(
  n: i32,
  theta: usize,
  gradient: usize,
  nextTheta: usize,
  rate: f32,
  factor: f32,
  coupled: f32,
): void {
  const rates = f32x4.splat(rate);
  const factors = f32x4.splat(factor);
  const decays = f32x4.splat(coupled);
  const bytes = <usize>n << 2;
  const whole = bytes & ~15;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const t = v128.load(theta + at);
    let g = f32x4.mul(v128.load(gradient + at), factors);
    if (coupled != 0) g = f32x4.add(g, f32x4.mul(t, decays));
    v128.store(nextTheta + at, f32x4.sub(t, f32x4.mul(g, rates)));
  }
  for (; at < bytes; at += 4) {
    const t = load<f32>(theta + at);
    let g = load<f32>(gradient + at) * factor;
    if (coupled != 0) g = g + t * coupled;
    store<f32>(nextTheta + at, t - g * rate);
  }
}

/** v ← μ v + g        θ ← θ − rate · v, or with Nesterov's look ahead θ ← θ − rate · (g + μ v) */
export function momentumSgd(
  n: i32,
  theta: usize,
  gradient: usize,
  velocity: usize,
  nextTheta: usize,
  nextVelocity: usize,
  rate: f32,
  factor: f32,
  coupled: f32,
  momentum: f32,
  nesterov: bool,
): void {
  const rates = f32x4.splat(rate);
  const factors = f32x4.splat(factor);
  const decays = f32x4.splat(coupled);
  const keeps = f32x4.splat(momentum);
  const bytes = <usize>n << 2;
  const whole = bytes & ~15;
  let at: usize = 0;
  for (; at < whole; at += 16) {
    const t = v128.load(theta + at);
    let g = f32x4.mul(v128.load(gradient + at), factors);
    if (coupled != 0) g = f32x4.add(g, f32x4.mul(t, decays));
    const v = f32x4.add(f32x4.mul(v128.load(velocity + at), keeps), g);
    const direction = nesterov ? f32x4.add(g, f32x4.mul(v, keeps)) : v;
    v128.store(nextTheta + at, f32x4.sub(t, f32x4.mul(direction, rates)));
    v128.store(nextVelocity + at, v);
  }
  for (; at < bytes; at += 4) {
    const t = load<f32>(theta + at);
    let g = load<f32>(gradient + at) * factor;
    if (coupled != 0) g = g + t * coupled;
    const v = load<f32>(velocity + at) * momentum + g;
    const direction = nesterov ? g + v * momentum : v;
    store<f32>(nextTheta + at, t - direction * rate);
    store<f32>(nextVelocity + at, v);
  }
}
