import type { Dim } from '@limbeck/core';
import { multiplyDims } from './dims.js';
import { gemm } from './ops/gemm.js';
import * as indexed from './ops/index-ops.js';
import * as linear from './ops/matmul.js';
import * as normalise from './ops/normalise.js';
import * as rms from './ops/rms-norm.js';
import { scatterOnto } from './ops/scatter-onto.js';
import { frontAxis } from './ops/support.js';
import { WindowedTensor } from './tensor-windowed.js';

/** Options of {@link Tensor.matmul}. */
export interface MatmulOptions {
  /** Whether this tensor's last two axes are swapped first. @defaultValue false */
  readonly transposeA?: boolean;
  /** Whether the other's last two axes are swapped first. @defaultValue false */
  readonly transposeB?: boolean;
}

/** Options of {@link Tensor.gemm}. */
export interface GemmOptions extends MatmulOptions {
  /** What the product is multiplied by. @defaultValue 1 */
  readonly alpha?: number;
  /** What the addend is multiplied by. @defaultValue 1 */
  readonly beta?: number;
  /** What is added. @defaultValue nothing */
  readonly addend?: Tensor;
}

/**
 * A symbolic tensor: an immutable expression with a dtype and a shape. Nothing is computed until the graph is
 * run, by {@link interpret} or by ONNX Runtime.
 *
 * @example
 * ```ts
 * import { input, interpret } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: ['batch', 3] });
 * const y = x.mul(2).sum(-1);
 * const out = interpret({ y }, { x: { dtype: 'float32', shape: [1, 3], data: Float32Array.of(1, 2, 3) } });
 * console.log(out.y.data[0]); // 12
 * ```
 */
export class Tensor extends WindowedTensor {
  /** The product of matrices; axes in front of the last two broadcast. */
  matmul(other: Tensor, options: MatmulOptions = {}): Tensor {
    const { transposeA = false, transposeB = false } = options;
    return this.apply(linear.matmul, [this, other], { transposeA, transposeB });
  }
  /**
   * α A B + β C, in one product: A is this tensor. With an addend C, which broadcasts to the product, A and B are matrices;
   * without one, axes in front broadcast.
   */
  gemm(other: Tensor, options: GemmOptions = {}): Tensor {
    const { transposeA = false, transposeB = false, alpha = 1, beta = 1, addend } = options;
    const inputs = addend === undefined ? [this, other] : [this, other, addend];
    return this.apply(gemm, inputs, { transposeA, transposeB, alpha, beta });
  }
  /** x W + b over the last axis: `[…, in]`, `[in, out]`, `[out]`. */
  affine(weight: Tensor, bias: Tensor): Tensor {
    const rows = multiplyDims(...this.shape.slice(0, -1));
    const flat = this.reshape([rows, this.shape.at(-1) ?? 1]);
    const product = this.apply(linear.affine, [flat, weight, bias], {});
    return product.reshape([...this.shape.slice(0, -1), weight.shape[1] ?? 1]);
  }
  /** e^x / Σ e^x over the last axis. */
  softmax(): Tensor {
    return this.apply(normalise.softmax, [this], {});
  }
  /** The logarithm of the softmax over the last axis. */
  logSoftmax(): Tensor {
    return this.apply(normalise.logSoftmax, [this], {});
  }
  /** γ (x − μ) / √(σ² + ε) + β over the last axis. */
  layerNorm(gamma: Tensor, beta: Tensor, epsilon = 1e-5): Tensor {
    return this.apply(normalise.layerNorm, [this, gamma, beta], { epsilon });
  }
  /** γ x / √(mean x² + ε) over the last axis. */
  rmsNorm(gamma: Tensor, epsilon = 1e-6): Tensor {
    return this.apply(rms.rmsNorm, [this, gamma], { epsilon });
  }
  /** Rows of this table `[rows, …rest]` by whole numbers `[…indices]`: `[…indices, …rest]`. */
  gather(indices: Tensor): Tensor {
    return this.apply(indexed.gather, [this, indices], {});
  }
  /** These rows `[n, …rest]` added up at indices `[n]` in a table of `rows` rows. */
  scatterAddRows(indices: Tensor, rows: Dim): Tensor {
    return this.apply(indexed.scatterAddRows, [this, indices], { rows });
  }
  /** Elements along the last axis by index. */
  takeAlong(indices: Tensor): Tensor {
    return this.gatherAlong(-1, indices);
  }
  /** These elements `[…, m, …]` added up at indices `[…, m, …]` along an axis, by default the last, of `size`. */
  scatterAddAlong(indices: Tensor, size: Dim, axis = -1): Tensor {
    const front = frontAxis('scatterAddAlong', axis, this.shape.length);
    return this.apply(indexed.scatterAddAlong, [this, indices], { size, axis: front });
  }
  /** This with elements `[…, m, …]` added at indices `[…, m, …]` along an axis, by default the last. */
  scatterOnto(updates: Tensor, indices: Tensor, axis = -1): Tensor {
    const front = frontAxis('scatterOnto', axis, this.shape.length);
    return this.apply(scatterOnto, [this, updates, indices], { axis: front });
  }
}
