import type { Dim, Spec } from '@limbeck/core';
import { sameDim } from '../dims.js';
import type { Operator } from '../operator.js';
import {
  broadcastIndex,
  broadcastShapes,
  checkDtype,
  checkSameDtype,
  floats,
  int,
  refuseShapes,
} from './support.js';

/** Attributes of {@link matmul}: whether the last two axes of an input are swapped first. */
export interface MatmulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface Sizes<D> {
  readonly rows: D;
  readonly inner: D;
  readonly columns: D;
  readonly innerB: D;
}

function sizes<D extends Dim>(
  a: readonly D[],
  b: readonly D[],
  { transposeA, transposeB }: MatmulAttributes,
): Sizes<D> {
  const [rows, inner] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [innerB, columns] = transposeB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
  return { rows, inner, columns, innerB };
}

function infer(operator: string, a: Spec, b: Spec, attributes: MatmulAttributes): Spec {
  checkSameDtype(operator, [a, b]);
  checkDtype(operator, a, floats);
  if (a.shape.length < 2 || b.shape.length < 2) {
    refuseShapes(operator, [a.shape, b.shape], 'at least two axes each');
  }
  const { rows, inner, columns, innerB } = sizes(a.shape, b.shape, attributes);
  if (!sameDim(inner, innerB)) {
    refuseShapes(operator, [a.shape, b.shape], `equal inner sizes, not ${inner} and ${innerB}`);
  }
  const batch = broadcastShapes(operator, a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { dtype: a.dtype, shape: [...batch, rows, columns] };
}

/** The product of matrices `[…, rows, inner]` and `[…, inner, columns]`; axes in front broadcast. */
export const matmul: Operator<MatmulAttributes> = {
  name: 'matmul',
  infer: ([a, b], attributes) => [infer('matmul', a!, b!, attributes)],
  evaluate: ([a, b], attributes, [out]) => {
    const { rows, inner, columns } = sizes(a!.shape, b!.shape, attributes);
    const batch = out!.shape.slice(0, -2);
    const left = broadcastIndex(a!.shape.slice(0, -2), batch);
    const right = broadcastIndex(b!.shape.slice(0, -2), batch);
    const [rowStep, innerStepA] = attributes.transposeA ? [1, rows] : [inner, 1];
    const [innerStepB, columnStep] = attributes.transposeB ? [1, inner] : [columns, 1];
    const result = new Float64Array(left.length * rows * columns);
    for (let n = 0, at = 0; n < left.length; n++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, at++) {
          let total = 0;
          let i = left[n]! * rows * inner + row * rowStep;
          let j = right[n]! * inner * columns + column * columnStep;
          for (let k = 0; k < inner; k++, i += innerStepA, j += innerStepB) {
            total += a!.data[i]! * b!.data[j]!;
          }
          result[at] = total;
        }
      }
    }
    return [result];
  },
  gradient: ({ inputs: [a, b], upstream: [dy], attributes: { transposeA, transposeB } }) => {
    const da = transposeA
      ? b!.matmul(dy!, { transposeA: transposeB, transposeB: true })
      : dy!.matmul(b!, { transposeB: !transposeB });
    const db = transposeB
      ? dy!.matmul(a!, { transposeA: true, transposeB: transposeA })
      : a!.matmul(dy!, { transposeA: !transposeA });
    return [da.sumTo(a!.shape), db.sumTo(b!.shape)];
  },
  lower: (emit, { transposeA, transposeB }) => {
    const flags = { transA: int(transposeA ? 1 : 0), transB: int(transposeB ? 1 : 0) };
    const ranks = emit.inputSpecs.map(({ shape }) => shape.length);
    if (ranks.every((rank) => rank === 2)) {
      emit.node('Gemm', emit.inputs, emit.outputs, flags);
    } else if (!transposeA && !transposeB) {
      emit.node('MatMul', emit.inputs, emit.outputs);
    } else if (!emit.portable) {
      emit.node('FusedMatMul', emit.inputs, emit.outputs, flags, 'com.microsoft');
    } else {
      const swapped = emit.inputs.map((input, i) => {
        if (!(i === 0 ? transposeA : transposeB)) return input;
        const rank = ranks[i]!;
        const order = Array.from({ length: rank }, (_, axis) => axis);
        order.splice(rank - 2, 2, rank - 1, rank - 2);
        const name = emit.fresh();
        emit.node('Transpose', [input], [name], { perm: { ints: order } });
        return name;
      });
      emit.node('MatMul', swapped, emit.outputs);
    }
  },
};

/** x W + b for `[rows, inner]`, `[inner, columns]` and `[columns]`: one product with the bias inside. */
export const affine: Operator = {
  name: 'affine',
  infer: ([x, weight, bias]) => {
    const plain = { transposeA: false, transposeB: false };
    checkSameDtype('affine', [x!, weight!, bias!]);
    const out = infer('affine', x!, weight!, plain);
    const fits = out.shape.length === 2 && bias!.shape.length === 1;
    if (!fits || !sameDim(bias!.shape[0]!, out.shape[1]!)) {
      refuseShapes(
        'affine',
        [x!.shape, weight!.shape, bias!.shape],
        '[rows, inner], [inner, columns] and [columns]',
      );
    }
    return [out];
  },
  evaluate: ([x, weight, bias], _attributes, outputs, dim) => {
    const plain = { transposeA: false, transposeB: false };
    const [product] = matmul.evaluate([x!, weight!], plain, outputs, dim);
    const columns = bias!.data.length;
    return [product!.map((value, i) => value + bias!.data[i % columns]!)];
  },
  gradient: ({ inputs: [x, weight], upstream: [dy] }) => [
    dy!.matmul(weight!, { transposeB: true }),
    x!.matmul(dy!, { transposeA: true }),
    dy!.sum(0),
  ],
  lower: (emit) => emit.node('Gemm', emit.inputs, emit.outputs),
};
