import { grad } from '../../src/graph/grad.js';
import type { Tensor } from '../../src/tensor.js';
import type { Cases } from './operator-cases.js';
import { type Material, trials } from './trial.js';

/** One number for one or two axes. */
function each<T>(axes: number, make: (axis: number) => T): T[] {
  return Array.from({ length: axes }, (_, axis) => make(axis));
}

function windows(m: Material, padding = 2) {
  const axes = m.whole(1, 2);
  const kernel = each(axes, () => m.whole(1, 3));
  const stride = each(axes, () => m.whole(1, 3));
  const dilation = each(axes, () => m.whole(1, 2));
  const pads = each(2 * axes, (i) => m.whole(0, Math.min(padding, kernel[i % axes]! - 1)));
  const smallest = each(axes, (axis) =>
    Math.max(1, (kernel[axis]! - 1) * dilation[axis]! + 1 - pads[axis]! - pads[axis + axes]!),
  );
  return { axes, kernel, stride, dilation, pads, smallest };
}

/** The sizes of a convolution by its geometry, in numbers. */
function counts(sizes: readonly number[], g: ReturnType<typeof windows>): number[] {
  return sizes.map((size, axis) => {
    const reach = (g.kernel[axis]! - 1) * g.dilation[axis]! + 1;
    const room = size + g.pads[axis]! + g.pads[axis + g.axes]! - reach;
    return Math.floor(room / g.stride[axis]!) + 1;
  });
}

interface Pool {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly number[];
  readonly ceil: boolean;
  readonly countPadding: boolean;
}

const pooled = (build: (x: Tensor, axes: number, options: Pool) => Tensor) =>
  trials((m) => {
    const g = windows(m);
    const { axes, kernel, stride, dilation, pads: padding } = g;
    const spatial = g.smallest.map((size) => m.dim(size, 6));
    m.distinct('x', [m.dim(0, 2), m.dim(1, 2), ...spatial]);
    // With a size known at run time only where windows overlap.
    const may = spatial.every((size, axis) => {
      const reach = (kernel[axis]! - 1) * dilation[axis]! + 1;
      return typeof size === 'number' || padding[axis + axes]! + stride[axis]! <= reach;
    });
    const ceil = may && m.chance();
    const options = { kernel, stride, dilation, padding, ceil, countPadding: m.chance() };
    return m.trial(({ x }) => [build(x!, axes, options)]);
  });

const normalised = (build: (t: { readonly [name: string]: Tensor }) => readonly Tensor[]) =>
  trials((m) => {
    const channels = m.whole(1, 3);
    m.floats('x', [m.dim(1, 3), channels, ...each(m.whole(0, 2), () => m.dim(1, 3))]);
    for (const name of ['gamma', 'beta', 'mean']) m.floats(name, [channels]);
    m.floats('variance', [channels], 0.5, 2);
    return m.trial(build);
  });

const coordinates = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'] as const;
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;

function interpolation(m: Material, axes: number) {
  return {
    mode: m.chance() ? ('nearest' as const) : ('linear' as const),
    coordinates: coordinates[m.whole(0, 3)]!,
    rounding: roundings[m.whole(0, 3)]!,
    ...(m.chance()
      ? { scale: each(axes, () => [0.5, 1, 2, 3][m.whole(0, 3)]!) }
      : { size: each(axes, () => m.whole(1, 6)) }),
  };
}

/** Convolutions, poolings and what normalises channels. */
export const windowedCases: Cases = {
  conv: trials((m) => {
    const { axes, kernel, stride, dilation, pads, smallest } = windows(m, 4);
    const [groups, inner, outer] = [m.whole(1, 2), m.whole(1, 2), m.whole(1, 2)];
    const spatial = smallest.map((size) => m.dim(size, size + 3));
    m.floats('x', [m.dim(0, 2), groups * inner, ...spatial]);
    m.floats('w', [groups * outer, inner, ...kernel]);
    const options = { stride, dilation, padding: pads, groups };
    // A default call of conv1d is the operator of that name.
    const geometry = { kernel, stride, dilation, pads, groups };
    return m.trial(({ x, w }) => [axes === 2 ? x!.conv2d(w!, options) : x!.convolve(w!, geometry)]);
  }),
  convTranspose: trials((m) => {
    const { axes, kernel, stride, dilation, pads } = windows(m, 1);
    const [groups, inner, outer] = [m.whole(1, 2), m.whole(1, 2), m.whole(1, 2)];
    const outputPadding = stride.map((step) => m.whole(0, step - 1));
    m.floats('x', [m.dim(0, 2), groups * inner, ...each(axes, () => m.dim(2, 4))]);
    m.floats('w', [groups * inner, outer, ...kernel]);
    const options = { stride, dilation, padding: pads, groups, outputPadding };
    return m.trial(({ x, w }) => [
      axes === 2 ? x!.convTranspose2d(w!, options) : x!.convTranspose1d(w!, options),
    ]);
  }),
  turnedKernel: trials((m) => {
    const groups = m.whole(1, 2);
    const kernel = each(m.whole(1, 2), () => m.whole(1, 3));
    m.floats('w', [groups * m.whole(1, 2), m.whole(1, 2), ...kernel]);
    return m.trial(({ w }) => [w!.turnedKernel(groups)]);
  }),
  unfold: trials((m) => {
    const { kernel, stride, dilation, pads, smallest } = windows(m);
    const spatial = smallest.map((size) => m.dim(size, size + 3));
    m.floats('x', [m.dim(0, 2), m.whole(1, 2), ...spatial]);
    return m.trial(({ x }) => [x!.unfold({ kernel, stride, dilation, pads })]);
  }),
  fold: trials((m) => {
    const g = windows(m);
    const { kernel, stride, dilation, pads } = g;
    const size = g.smallest.map((least) => m.whole(least, least + 3));
    const elements = kernel.reduce((a, b) => a * b, 1);
    m.floats('x', [m.dim(0, 2), m.whole(1, 2) * elements, ...counts(size, g)]);
    return m.trial(({ x }) => [x!.fold({ kernel, stride, dilation, pads, size })]);
  }),
  maxPool: pooled((x, axes, options) => (axes === 2 ? x.maxPool2d(options) : x.maxPool1d(options))),
  maxUnpool: trials((m) => {
    const kernel = each(2, () => m.whole(1, 3));
    const stride = kernel.map((size) => m.whole(size, 3));
    m.distinct('x', [m.dim(0, 2), m.dim(1, 2), ...kernel.map((size) => m.dim(size, 6))]);
    return m.trial(({ x }) => grad(x!.maxPool2d({ kernel, stride }).square().sum(), [x!]));
  }),
  averagePool: pooled((x, axes, options) =>
    axes === 2 ? x.averagePool2d(options) : x.averagePool1d(options),
  ),
  resize: trials((m) => {
    const axes = m.whole(1, 2);
    m.floats('x', [m.dim(0, 2), m.dim(1, 2), ...each(axes, () => m.dim(2, 5))]);
    const options = interpolation(m, axes);
    return m.trial(({ x }) => [x!.interpolate(options)]);
  }),
  resizeMatrix: trials((m) => {
    m.floats('x', [m.dim(1, 5), m.dim(1, 5)]);
    const { mode, coordinates: where, rounding } = interpolation(m, 1);
    return m.trial(({ x }) => {
      const [to, from] = x!.shape as [number, number];
      const rule = { mode, coordinates: where, rounding, factor: undefined };
      return [x!.mul(x!.resizeMatrix({ ...rule, from, to }))];
    });
  }),
  batchNorm: normalised(({ x, gamma, beta }) => {
    // A large ε keeps the third derivative small where a channel happens to be nearly constant.
    const { y, mean, variance } = x!.batchNorm(gamma!, beta!, { epsilon: 0.5 });
    return [y, mean, variance];
  }),
  batchNormInference: normalised(({ x, gamma, beta, mean, variance }) => [
    x!.batchNormInference(gamma!, beta!, mean!, variance!, { epsilon: 0.5 }),
  ]),
};
