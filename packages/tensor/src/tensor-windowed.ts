import { type Dim, LimbeckError } from '@limbeck/core';
import { addDims, multiplyDims, sameShape, subtractDims } from './dims.js';
import { averagePool } from './ops/average-pool.js';
import { type BatchNormAttributes, batchNorm, batchNormInference } from './ops/batch-norm.js';
import { conv, type ConvGeometry } from './ops/conv.js';
import { convTranspose, type ConvTransposeGeometry } from './ops/conv-transpose.js';
import * as line from './ops/conv1d.js';
import { maxPool, maxUnpool, type UnpoolAttributes } from './ops/max-pool.js';
import { resize } from './ops/resize.js';
import { resizeMatrix, type ResizeMatrixAttributes } from './ops/resize-matrix.js';
import { turnedKernel } from './ops/turned-kernel.js';
import { fold, type FoldGeometry, unfold } from './ops/unfold.js';
import { refuseShapes } from './ops/support.js';
import type { WindowGeometry } from './ops/windows.js';
import { makeNode } from './tensor-base.js';
import { ShapedTensor } from './tensor-shaped.js';
import {
  type AveragePoolOptions,
  type BatchNormResult,
  checkResizeNames,
  type ConvOptions,
  type ConvTransposeOptions,
  type InterpolateOptions,
  kernelOf,
  padsOf,
  perAxis,
  type PoolOptions,
  refuseCount,
  resizeTarget,
} from './tensor-windowed-options.js';
import type { Tensor } from './tensor.js';

/** The operators that look at windows: convolutions, poolings, and the normalisation of their channels. */
export abstract class WindowedTensor extends ShapedTensor {
  #geometry(where: string, weight: Tensor, options: ConvOptions, axes: number): ConvGeometry {
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
    return {
      kernel: kernelOf(where, this.self, weight, axes),
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
   * `[batch, channels, length]` or `[batch, channels, height, width]` at other spatial sizes; the defaults are those of
   * PyTorch, and all that ONNX's Resize knows of these two modes can be asked for.
   *
   * @throws LimbeckError `invalid-option` unless there is either a size or a scale, or for an unknown name; `shape-mismatch`
   */
  interpolate(options: InterpolateOptions): Tensor {
    const { mode = 'nearest', alignCorners = false, rounding = 'floor' } = options;
    const usual = mode === 'nearest' ? 'asymmetric' : 'half_pixel';
    const coordinates = options.coordinates ?? (alignCorners ? 'align_corners' : usual);
    checkResizeNames({ mode, coordinates, rounding });
    const target = resizeTarget(this.shape, options);
    return this.apply(resize, [this.self], { ...target, mode, coordinates, rounding });
  }
  /** The matrix `[to, from]` by which {@link interpolate} multiplies an axis, in this dtype. */
  resizeMatrix(attributes: Omit<ResizeMatrixAttributes, 'dtype'>): Tensor {
    return this.apply(resizeMatrix, [], { ...attributes, dtype: this.dtype });
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
    if (typeof channels !== 'number') {
      refuseShapes('groupNorm', [this.shape], '[batch, channels, …] with a number of channels');
    }
    if (!(Number.isInteger(groups) && groups >= 1 && channels % groups === 0)) {
      throw new LimbeckError('invalid-option', {
        where: 'groupNorm',
        given: `groups ${groups}`,
        expected: `a divisor of the ${channels} channels`,
        next: 'Use 1 for all channels together, or their number for each by itself.',
      });
    }
    if ([gamma, beta].some(({ shape }) => !sameShape(shape, [channels]))) {
      const shapes = [this.shape, gamma.shape, beta.shape];
      refuseShapes('groupNorm', shapes, `[batch, ${channels}, …] and vectors [${channels}]`);
    }
    const width = multiplyDims(channels / groups, ...rest);
    const one = this.scalar(1).expand([width]);
    const rows = this.reshape([batch!, groups, width]);
    const normal = rows.layerNorm(one, this.scalar(0).expand([width]), epsilon);
    const beside = [channels, ...rest.map(() => 1)];
    return normal.reshape(this.shape).mul(gamma.reshape(beside)).add(beta.reshape(beside));
  }
}
