import type { Tensor } from '../../tensor.js';
import { dtypeOf } from '../element-kinds.js';
import type { Reader, ReadNode } from './read-node.js';

const one =
  (build: (x: Tensor) => Tensor): Reader =>
  (node) => [build(node.tensor(0))];

const two =
  (build: (a: Tensor, b: Tensor) => Tensor): Reader =>
  (node) => [build(node.tensor(0), node.tensor(1))];

/** Operators of one or more inputs, taken two by two. */
const many =
  (build: (a: Tensor, b: Tensor) => Tensor): Reader =>
  (node) => [node.inputs.map((_, i) => node.tensor(i)).reduce(build)];

function shift(node: ReadNode): Tensor[] {
  const [x, by] = [node.tensor(0), node.tensor(1)];
  return [node.string('direction', '') === 'LEFT' ? x.shiftLeft(by) : x.shiftRight(by)];
}

function mod(node: ReadNode): Tensor[] {
  if (node.int('fmod', 0) !== 0) node.refuse('fmod');
  return [node.tensor(0).mod(node.tensor(1))];
}

function gelu(node: ReadNode): Tensor[] {
  if (node.string('approximate', 'none') !== 'none') node.refuse('approximate');
  return [node.tensor(0).gelu()];
}

function hardSigmoid(node: ReadNode): Tensor[] {
  const line = node.tensor(0).mul(node.float('alpha', 0.2)).add(node.float('beta', 0.5));
  return [line.maximum(0).minimum(1)];
}

/** Readers of the operators that work element by element. */
export const elementwiseReaders: { readonly [type: string]: Reader } = {
  Neg: one((x) => x.neg()),
  Abs: one((x) => x.abs()),
  Exp: one((x) => x.exp()),
  Log: one((x) => x.log()),
  Sqrt: one((x) => x.sqrt()),
  Tanh: one((x) => x.tanh()),
  Sigmoid: one((x) => x.sigmoid()),
  Relu: one((x) => x.relu()),
  Erf: one((x) => x.erf()),
  Gelu: gelu,
  HardSigmoid: hardSigmoid,
  Sin: one((x) => x.sin()),
  Cos: one((x) => x.cos()),
  Not: one((x) => x.not()),
  Identity: (node) => [node.value(0)],
  Cast: (node) => [node.tensor(0).cast(dtypeOf(node.int('to', 0)))],
  Max: many((a, b) => a.maximum(b)),
  Min: many((a, b) => a.minimum(b)),
  Mod: mod,
  BitwiseXor: two((a, b) => a.bitXor(b)),
  BitwiseAnd: two((a, b) => a.bitAnd(b)),
  BitShift: shift,
  Equal: two((a, b) => a.equal(b)),
  Greater: two((a, b) => a.greater(b)),
  GreaterOrEqual: two((a, b) => a.greaterOrEqual(b)),
  Less: two((a, b) => a.less(b)),
  LessOrEqual: two((a, b) => a.lessOrEqual(b)),
  And: two((a, b) => a.and(b)),
  Or: two((a, b) => a.or(b)),
  Where: (node) => [node.tensor(0).where(node.tensor(1), node.tensor(2))],
};
