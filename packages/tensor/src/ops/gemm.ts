import {
  broadcastShapes,
  broadcastIndex,
  checkSameDtype,
  float,
  int,
  refuseShapes,
} from './support.js';
import type { Emitter, Operator } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { matmul, type MatmulAttributes } from './matmul.js';
import { sameShape } from '../dims.js';
import { hostTensor } from '@limbeck/core';

/** Attributes of {@link gemm}. */
export interface GemmAttributes extends MatmulAttributes {
  /** What the product is multiplied by. */
  readonly alpha: number;
  /** What the addend is multiplied by. */
  readonly beta: number;
}

/**
 * α A B + β C for matrices; C may be left out, and broadcasts. Without it, A and B may have axes in front. Adding and scaling
 * cost a product nothing.
 */
export const gemm: Operator<GemmAttributes> = {
  name: 'gemm',
  infer: ([a, b, c], attributes) => {
    const [product] = matmul.infer([a!, b!], attributes);
    if (c === undefined) return [product!];
    checkSameDtype('gemm', [a!, c]);
    const whole = broadcastShapes('gemm', product!.shape, c.shape);
    if (product!.shape.length !== 2 || !sameShape(whole, product!.shape)) {
      const expected = 'matrices, and an addend that broadcasts to their product';
      refuseShapes('gemm', [a!.shape, b!.shape, c.shape], expected);
    }
    return [product!];
  },
  evaluate: ([a, b, c], attributes, outputs, dim) => {
    const { alpha, beta } = attributes;
    const [product] = matmul.evaluate([a!, b!], attributes, outputs, dim);
    if (c === undefined) return [product!.map((value) => alpha * value)];
    const from = broadcastIndex(c.shape, outputs[0]!.shape);
    return [product!.map((value, i) => alpha * value + beta * c.data[from[i]!]!)];
  },
  gradient: ({ inputs: [a, b, c], upstream: [dy], attributes }) => {
    const { transposeA, transposeB, alpha, beta } = attributes;
    const scaled = (x: Tensor, y: Tensor, tx: boolean, ty: boolean): Tensor =>
      x.gemm(y, { transposeA: tx, transposeB: ty, alpha });
    const da = transposeA ? scaled(b!, dy!, transposeB, true) : scaled(dy!, b!, false, !transposeB);
    const db = transposeB ? scaled(dy!, a!, true, transposeA) : scaled(a!, dy!, !transposeA, false);
    const own = [da.sumTo(a!.shape), db.sumTo(b!.shape)];
    return c === undefined ? own : [...own, dy!.mul(beta).sumTo(c.shape)];
  },
  lower: (emit, attributes) => {
    const { transposeA, transposeB, alpha, beta } = attributes;
    const flags = { transA: int(transposeA ? 1 : 0), transB: int(transposeB ? 1 : 0) };
    const scale = { alpha: float(alpha) };
    if (emit.inputSpecs.every(({ shape }, i) => i === 2 || shape.length === 2)) {
      const own = emit.inputs.length === 3 ? { beta: float(beta) } : {};
      emit.node('Gemm', emit.inputs, emit.outputs, { ...flags, ...scale, ...own });
    } else if (emit.portable) {
      writePortably(emit, attributes);
    } else {
      emit.node('FusedMatMul', emit.inputs, emit.outputs, { ...flags, ...scale }, 'com.microsoft');
    }
  },
};

/** A batched product and its scale as two nodes of the standard. */
function writePortably(emit: Emitter, attributes: GemmAttributes): void {
  const product = emit.fresh();
  matmul.lower({ ...emit, outputs: [product] }, attributes);
  const scale = emit.constant(hostTensor(emit.outputSpecs[0]!.dtype, [], [attributes.alpha]));
  emit.node('Mul', [product, scale], emit.outputs);
}
