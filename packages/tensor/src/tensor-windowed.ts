import { type Dim, LimbeckError } from '@limbeck/core';
import { addDims, multiplyDims, subtractDims } from './dims.js';
import { averagePool } from './ops/average-pool.js';
import { type BatchNormAttributes, batchNorm, batchNormInference } from './ops/batch-norm.js';
import { conv, type ConvGeometry } from './ops/conv.js';
import { convTranspose, type ConvTransposeGeometry } from './ops/conv-transpose.js';
import * as line from './ops/conv1d.js';
import { maxPool, maxUnpool, type UnpoolAttributes } from './ops/max-pool.js';
import { turnedKernel } from './ops/turned-kernel.js';
import { fold, type FoldGeometry, unfold } from './ops/unfold.js';
import type { WindowGeometry } from './ops/windows.js';
import { makeNode } from './tensor-base.js';
import { ShapedTensor } from './tensor-shaped.js';
import type { Tensor } from './tensor.js';

/** One number for every axis, or one for each. */
export type PerAxis = number | readonly number[];

/** Options of the convolutions. */
export interface ConvOptions {
  /** How far the next window begins behind one, for all axes or for each. @defaultValue 1 */
  readonly stride?: PerAxis;
  /** Zeros around the tensor: for all sides, for each axis, or in front of each axis and then behind each. @defaultValue 0 */
  readonly padding?: PerAxis;
  /** How far the elements of a window lie apart. @defaultValue 1 */
  readonly dilation?: PerAxis;
  /** How many groups the channels fall into. @defaultValue 1 */
  readonly groups?: number;
}

/** Options of the transposed convolutions. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Elements more at the end of each axis, of the up to `stride` sizes that one number of windows comes from. @defaultValue 0 */
  readonly outputPadding?: PerAxis;
}

/** Options of the poolings. */
export interface PoolOptions {
  /** How many elements a window takes, along all axes or each. */
  readonly kernel: PerAxis;
  /** How far the next window begins behind one. @defaultValue the kernel */
  readonly stride?: PerAxis;
  /** What windows may reach outside: for all sides, for each axis, or in front of each axis and then behind each. @defaultValue 0 */
  readonly padding?: PerAxis;
  /** How far the elements of a window lie apart. @defaultValue 1 */
  readonly dilation?: PerAxis;
  /** Whether a last window may reach past the end. @defaultValue false */
  readonly ceil?: boolean;
}

/** Options of the average poolings. */
export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as elements of 0. @defaultValue false, as in ONNX; PyTorch counts it */
  readonly countPadding?: boolean;
}

/** What {@link WindowedTensor.batchNorm} gives. */
export interface BatchNormResult {
  /** The normalised values, in the shape of what went in. */
  readonly y: Tensor;
  /** The mean of each channel in this batch, `[channels]`. */
  readonly mean: Tensor;
  /** The variance of each channel in this batch, divided by n, `[channels]`. */
  readonly variance: Tensor;
}

function perAxis(where: string, name: string, given: PerAxis, axes: number): readonly number[] {
  if (typeof given === 'number') return Array.from({ length: axes }, () => given);
  if (given.length === axes) return given;
  return refuseCount(where, name, given, `${axes} numbers, or one`);
}

function padsOf(where: string, given: PerAxis, axes: number): readonly number[] {
  if (typeof given === 'number') return Array.from({ length: 2 * axes }, () => given);
  if (given.length === axes) return [...given, ...given];
  if (given.length === 2 * axes) return given;
  return refuseCount(where, 'padding', given, `1, ${axes} or ${2 * axes} numbers`);
}

function refuseCount(
  where: string,
  name: string,
  given: readonly number[],
  expected: string,
): never {
  throw new LimbeckError('invalid-option', {
    where,
    given: `${name} [${given.join(', ')}]`,
    expected,
    next: 'Give one number, or one for each axis; padding may have one for each side.',
  });
}

/** The kernel's sizes of weights `[a, b, …kernel]`. @throws LimbeckError `shape-mismatch` by the operator, later */
function kernelOf(weight: Tensor, axes: number): readonly number[] {
  const sizes = weight.shape.slice(2).filter((size) => typeof size === 'number');
  return sizes.length === axes ? sizes : Array.from({ length: axes }, () => 0);
}

/** The operators that look at windows: convolutions, poolings, and the normalisation of their channels. */
export abstract class WindowedTensor extends ShapedTensor {
  #geometry(where: string, weight: Tensor, options: ConvOptions, axes: number): ConvGeometry {
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
    return {
      kernel: kernelOf(weight, axes),
      stride: perAxis(where, 'stride', stride, axes),
      dilation: perAxis(where, 'dilation', dilation, axes),
      pads: padsOf(where, padding, axes),
      groups,
    };
  }

  #pool(where: string, options: PoolOptions, axes: number): WindowGeometry & { ceil: boolean } {
    const { kernel, stride = kernel, padding = 0, dilation = 1, ceil = false } = options;
    return {
      kernel: perAxis(where, 'kernel', kernel, axes),
      stride: perAxis(where, 'stride', stride, axes),
      dilation: perAxis(where, 'dilation', dilation, axes),
      pads: padsOf(where, padding, axes),
      ceil,
    };
  }

  #transposed(where: string, weight: Tensor, options: ConvTransposeOptions, axes: number): Tensor {
    const geometry = this.#geometry(where, weight, options, axes);
    const { kernel, stride, dilation, pads } = geometry;
    const more = perAxis(where, 'outputPadding', options.outputPadding ?? 0, axes);
    const size = kernel.map((count, axis): Dim => {
      if (!(more[axis]! >= 0 && more[axis]! < stride[axis]!)) {
        refuseCount(where, 'outputPadding', more, `whole numbers from 0 to below the stride`);
      }
      const steps = multiplyDims(subtractDims(this.shape[axis + 2] ?? 1, 1), stride[axis]!);
      const reach = (count - 1) * dilation[axis]! + 1 + more[axis]!;
      return subtractDims(addDims(steps, reach), pads[axis]! + pads[axis + axes]!);
    });
    return this.convolveTransposed(weight, { ...geometry, size });
  }

  /**
   * Cross-correlation of `[batch, in, length]` with `[out, in/groups, kernel]`: `[batch, out, windows]`.
   * @throws LimbeckError `shape-mismatch`, `invalid-option`
   */
  conv1d(weight: Tensor, options: ConvOptions = {}): Tensor {
    const { padding = 0, dilation = 1, groups = 1, stride = 1 } = options;
    if (padding === 0 && dilation === 1 && groups === 1 && typeof stride === 'number') {
      return this.apply(line.conv1d, [this.self, weight], { stride });
    }
    return this.convolve(weight, this.#geometry('conv1d', weight, options, 1));
  }
  /**
   * Cross-correlation of `[batch, in, height, width]` with `[out, in/groups, height, width]`.
   * @throws LimbeckError `shape-mismatch`, `invalid-option`
   */
  conv2d(weight: Tensor, options: ConvOptions = {}): Tensor {
    return this.convolve(weight, this.#geometry('conv2d', weight, options, 2));
  }
  /**
   * The adjoint of {@link conv1d} by its input: `[batch, in, windows]` with `[in, out/groups, kernel]` gives
   * `[batch, out, length]`.
   * @throws LimbeckError `shape-mismatch`, `invalid-option`
   */
  convTranspose1d(weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
    return this.#transposed('convTranspose1d', weight, options, 1);
  }
  /**
   * The adjoint of {@link conv2d} by its input: `[batch, in, …windows]` with `[in, out/groups, height, width]` gives
   * `[batch, out, height, width]`.
   * @throws LimbeckError `shape-mismatch`, `invalid-option`
   */
  convTranspose2d(weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
    return this.#transposed('convTranspose2d', weight, options, 2);
  }
  /** A convolution over any number of axes, with its whole geometry given. */
  convolve(weight: Tensor, geometry: ConvGeometry): Tensor {
    return this.apply(conv, [this.self, weight], geometry);
  }
  /** The adjoint of {@link convolve} by its input, with the sizes that come out given. */
  convolveTransposed(weight: Tensor, geometry: ConvTransposeGeometry): Tensor {
    return this.apply(convTranspose, [this.self, weight], geometry);
  }
  /** These weights `[out, in/groups, …kernel]` as those of the adjoint: in and out exchanged, kernels turned by 180°. */
  turnedKernel(groups = 1): Tensor {
    return this.apply(turnedKernel, [this.self], { groups });
  }

  /** The elements of each window as channels: `[batch, channels·elements, …windows]`. */
  unfold(geometry: WindowGeometry): Tensor {
    return this.apply(unfold, [this.self], geometry);
  }
  /** Columns added back where their windows lay: the adjoint of {@link unfold}. */
  fold(geometry: FoldGeometry): Tensor {
    return this.apply(fold, [this.self], geometry);
  }
  /** Windows of the last axis as columns: `[batch, channels·kernel, positions]`. */
  unfold1d(options: line.WindowAttributes): Tensor {
    return this.apply(line.unfold1d, [this.self], options);
  }
  /** Columns added back where their windows lay: the adjoint of {@link unfold1d}. */
  fold1d(options: line.FoldAttributes): Tensor {
    return this.apply(line.fold1d, [this.self], options);
  }

  /** The largest element of each window of `[batch, channels, length]`; of equal ones the first takes the gradient. */
  maxPool1d(options: PoolOptions): Tensor {
    return this.apply(maxPool, [this.self], this.#pool('maxPool1d', options, 1));
  }
  /** The largest element of each window of `[batch, channels, height, width]`; of equal ones the first takes the gradient. */
  maxPool2d(options: PoolOptions): Tensor {
    return this.apply(maxPool, [this.self], this.#pool('maxPool2d', options, 2));
  }
  /** These put at their places, whole numbers in the flattened shape: the adjoint of pooling by windows that lie apart. */
  maxUnpool(places: Tensor, attributes: UnpoolAttributes): Tensor {
    return this.apply(maxUnpool, [this.self, places], attributes);
  }
  /** The mean of each window of `[batch, channels, length]`. */
  averagePool1d({ countPadding = false, ...options }: AveragePoolOptions): Tensor {
    const geometry = this.#pool('averagePool1d', options, 1);
    return this.apply(averagePool, [this.self], { ...geometry, countPadding });
  }
  /** The mean of each window of `[batch, channels, height, width]`. */
  averagePool2d({ countPadding = false, ...options }: AveragePoolOptions): Tensor {
    const geometry = this.#pool('averagePool2d', options, 2);
    return this.apply(averagePool, [this.self], { ...geometry, countPadding });
  }

  /**
   * γ (x − μ) / √(σ² + ε) + β with each channel's mean and variance in this batch `[batch, channels, …]`, as training does.
   * Ioffe and Szegedy, "Batch Normalization", 2015.
   */
  batchNorm(
    gamma: Tensor,
    beta: Tensor,
    options: Partial<BatchNormAttributes> = {},
  ): BatchNormResult {
    const { epsilon = 1e-5 } = options;
    const node = makeNode(batchNorm, [this.self, gamma, beta], { epsilon });
    return { y: this.wrap(node, 0), mean: this.wrap(node, 1), variance: this.wrap(node, 2) };
  }
  /** γ (x − μ) / √(σ² + ε) + β with running statistics `[channels]`, as inference does. */
  batchNormInference(
    gamma: Tensor,
    beta: Tensor,
    mean: Tensor,
    variance: Tensor,
    options: Partial<BatchNormAttributes> = {},
  ): Tensor {
    const { epsilon = 1e-5 } = options;
    const inputs = [this.self, gamma, beta, mean, variance];
    return this.apply(batchNormInference, inputs, { epsilon });
  }
  /**
   * γ (x − μ) / √(σ² + ε) + β with mean and variance over the channels of a group and all axes behind them, for each of
   * `[batch, channels, …]`; γ and β are `[channels]`. Wu and He, "Group Normalization", 2018.
   *
   * @throws LimbeckError `invalid-option` if the groups do not divide the channels
   */
  groupNorm(groups: number, gamma: Tensor, beta: Tensor, epsilon = 1e-5): Tensor {
    const [batch, channels, ...rest] = this.shape;
    if (typeof channels !== 'number' || !(groups >= 1) || channels % groups !== 0) {
      refuseCount('groupNorm', 'groups', [groups], `a divisor of the ${channels} channels`);
    }
    const width = multiplyDims(channels / groups, ...rest);
    const one = this.scalar(1).expand([width]);
    const rows = this.reshape([batch!, groups, width]);
    const normal = rows.layerNorm(one, this.scalar(0).expand([width]), epsilon);
    const beside = [channels, ...rest.map(() => 1)];
    return normal.reshape(this.shape).mul(gamma.reshape(beside)).add(beta.reshape(beside));
  }
}
