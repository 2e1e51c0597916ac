import { sameShape } from '../../dims.js';
import type { Node } from '../../operator.js';
import type { GemmAttributes } from '../../ops/gemm.js';
import type { MatmulAttributes } from '../../ops/matmul.js';
import { broadcastShapes, isFloat } from '../../ops/support.js';
import type { Tensor } from '../../tensor.js';
import type { GraphFacts, Pass } from '../rewrite.js';
import { scalarOf } from './constants.js';

/** α A B + β C, taken apart. */
interface Product {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly c: Tensor | undefined;
  readonly how: GemmAttributes;
}

/**
 * Lets products scale and add as they go: a factor on either side becomes α, an addend becomes C. Changes last bits: a
 * factor is multiplied in before the addend comes, and inside the product.
 */
export const products: Pass = {
  name: 'products',
  late: true,
  start: (facts) => (node) => {
    const scaled = scaledProduct(node, facts);
    if (scaled !== undefined) return [scaled];
    switch (node.operator.name) {
      case 'matmul':
      case 'gemm':
      case 'affine':
        return withoutFactors(node);
      case 'add':
      case 'sub':
        return accumulated(node, facts);
      default:
        return undefined;
    }
  },
};

function productOf({ operator, inputs, attributes }: Node): Product | undefined {
  const [a, b, c] = inputs as [Tensor, Tensor, Tensor | undefined];
  switch (operator.name) {
    case 'gemm':
      return { a, b, c, how: attributes as GemmAttributes };
    case 'matmul':
      return {
        a,
        b,
        c: undefined,
        how: { ...(attributes as MatmulAttributes), alpha: 1, beta: 1 },
      };
    case 'affine':
      return { a, b, c, how: { transposeA: false, transposeB: false, alpha: 1, beta: 1 } };
    default:
      return undefined;
  }
}

function write({ a, b, c, how }: Product): Tensor {
  return a.gemm(b, { ...how, ...(c === undefined ? {} : { addend: c }) });
}

/** The tensor and the number that a node multiplies, if it does nothing else. */
function factorOf(node: Node): { readonly x: Tensor; readonly by: number } | undefined {
  const [a, b] = node.inputs;
  const of = (x: Tensor | undefined, by: number | undefined) =>
    x !== undefined &&
    by !== undefined &&
    Number.isFinite(by) &&
    isFloat(x.dtype) &&
    sameShape(x.shape, node.outputs[0]!.shape)
      ? { x, by }
      : undefined;
  switch (node.operator.name) {
    case 'mul':
      return of(a, scalarOf(b)) ?? of(b, scalarOf(a));
    case 'div': {
      const divisor = scalarOf(b);
      return of(a, divisor === undefined || divisor === 0 ? undefined : 1 / divisor);
    }
    case 'neg':
      return of(a, -1);
    default:
      return undefined;
  }
}

/** s (α A B + β C) as (s α) A B + (s β) C. */
function scaledProduct(node: Node, facts: GraphFacts): Tensor | undefined {
  const factor = factorOf(node);
  if (factor === undefined || !facts.readBy1(factor.x)) return undefined;
  const found = productOf(factor.x.node);
  if (found === undefined) return undefined;
  const { alpha, beta } = found.how;
  return write({
    ...found,
    how: { ...found.how, alpha: alpha * factor.by, beta: beta * factor.by },
  });
}

/** (s A) B as s A B. */
function withoutFactors(node: Node): readonly Tensor[] | undefined {
  const found = productOf(node)!;
  const [left, right] = [factorOf(found.a.node), factorOf(found.b.node)];
  if (left === undefined && right === undefined) return undefined;
  const alpha = found.how.alpha * (left?.by ?? 1) * (right?.by ?? 1);
  return [
    write({
      ...found,
      a: left?.x ?? found.a,
      b: right?.x ?? found.b,
      how: { ...found.how, alpha },
    }),
  ];
}

/** A B ± C, C ± A B as one product, also through a reshape of the matrix. */
function accumulated(node: Node, facts: GraphFacts): readonly Tensor[] | undefined {
  const [x, y] = node.inputs as [Tensor, Tensor];
  const sign = node.operator.name === 'sub' ? -1 : 1;
  const first = addedTo(x, y, 1, sign, facts);
  return first ?? addedTo(y, x, sign, 1, facts);
}

/** s · (the product that `from` is) + t · `addend`. */
function addedTo(
  from: Tensor,
  addend: Tensor,
  s: number,
  t: number,
  facts: GraphFacts,
): readonly Tensor[] | undefined {
  if (!facts.readBy1(from)) return undefined;
  const through = from.node.operator.name === 'reshape' ? from.node.inputs[0]! : from;
  const found = productOf(through.node);
  if (found === undefined || found.c !== undefined || through.shape.length !== 2) return undefined;
  const same = sameShape(from.shape, addend.shape);
  if (through !== from && !(same && facts.readBy1(through))) return undefined;
  if (!same && (addend.shape.length > 2 || !fits(addend, through))) return undefined;
  const c = same ? addend.reshape(through.shape) : addend;
  const how = { ...found.how, alpha: found.how.alpha * s, beta: t };
  return [write({ ...found, c, how }).reshape(from.shape)];
}

function fits(addend: Tensor, product: Tensor): boolean {
  if (
    addend.shape.some(
      (dim, i) => dim !== 1 && !sameShape([dim], [product.shape[i + 2 - addend.shape.length]!]),
    )
  ) {
    return false;
  }
  return sameShape(broadcastShapes('gemm', product.shape, addend.shape), product.shape);
}
