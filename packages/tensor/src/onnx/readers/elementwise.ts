import { scalar } from '../../functions.js';
import { isFloat } from '../../ops/support.js';
import type { Tensor } from '../../tensor.js';
import { dtypeOf } from '../element-kinds.js';
import type { Read, Reader, ReadNode } from './read-node.js';
import { OnnxValue } from './value.js';

const one =
  (build: (x: Tensor) => Tensor): Reader =>
  (node) => [build(node.tensor(0))];

const two =
  (build: (a: Tensor, b: Tensor) => Tensor): Reader =>
  (node) => [build(node.tensor(0), node.tensor(1))];

/** A comparison; ONNX compares kinds of whole numbers that ours widen first. */
const compare = (build: (a: Tensor, b: Tensor) => Tensor): Reader =>
  two((a, b) => (isNarrow(a) ? build(a.cast('int64'), b.cast('int64')) : build(a, b)));

function isNarrow({ dtype }: Tensor): boolean {
  return dtype === 'uint8' || dtype === 'int8' || dtype === 'uint32';
}

function shift(node: ReadNode): Read {
  const [x, by] = [node.tensor(0), node.tensor(1)];
  return [node.string('direction', '') === 'LEFT' ? x.shiftLeft(by) : x.shiftRight(by)];
}

function mod(node: ReadNode): Read {
  const [a, b] = [node.tensor(0), node.tensor(1)];
  if (node.int('fmod', 0) === 0) return [a.mod(b)];
  if (!isFloat(a.dtype)) node.refuse('fmod of whole numbers');
  // The remainder of C's fmod has the sign of the dividend.
  const quotient = a.div(b);
  const whole = quotient.abs().floor().mul(quotient.sign());
  return [a.sub(whole.mul(b))];
}

function pow(node: ReadNode): Read {
  const [x, exponent] = [node.tensor(0), node.value(1)];
  const { host } = exponent;
  if (isFloat(x.dtype) && host?.data.length === 1 && exponent.shape.length <= x.shape.length) {
    return [x.pow(Number(host.data[0]))];
  }
  if (isFloat(x.dtype)) return [x.pow(exponent.tensor.cast(x.dtype))];
  return [x.cast('float64').pow(exponent.tensor.cast('float64')).cast(x.dtype)];
}

function clip(node: ReadNode): Read {
  let x = node.tensor(0);
  const attribute = (name: string): Tensor | undefined =>
    node.hasAttribute(name) ? x.scalar(node.float(name, 0)) : undefined;
  const low = node.has(1) ? node.tensor(1) : attribute('min');
  const high = node.has(2) ? node.tensor(2) : attribute('max');
  const { dtype } = x;
  const wide = isNarrow(x) ? 'int64' : dtype;
  x = x.cast(wide);
  if (low !== undefined) x = x.maximum(low.cast(wide));
  if (high !== undefined) x = x.minimum(high.cast(wide));
  return [x.cast(dtype)];
}

function cast(node: ReadNode): Read {
  return [castValue(node.value(0), node.int('to', 0))];
}

function castValue(value: OnnxValue, dataType: number): OnnxValue {
  const to = dtypeOf(dataType);
  const { sizes } = value;
  const staysWhole = to === 'int64' || to === 'int32';
  if (sizes !== undefined && staysWhole) return OnnxValue.sizes(sizes, value.isScalar, to);
  return OnnxValue.of(value.tensor.cast(to), value.isConstant);
}

function dropout(node: ReadNode): Read {
  const x = node.value(0);
  const kept = scalar(1, 'bool').expand(x.shape);
  return [x, kept];
}

function mean(node: ReadNode): Read {
  const all = node.all().map(({ tensor }) => tensor);
  return [all.reduce((a, b) => a.add(b)).div(all.length)];
}

function isInfinite(node: ReadNode): Read {
  const x = node.tensor(0);
  const [negative, positive] = [node.int('detect_negative', 1), node.int('detect_positive', 1)];
  if (negative === 1 && positive === 1) return [x.abs().equal(Infinity)];
  return [positive === 1 ? x.equal(Infinity) : x.equal(negative === 1 ? -Infinity : NaN)];
}

/** Readers of the operators that work element by element; {@link activationReaders} has the activations. */
export const elementwiseReaders: { readonly [type: string]: Reader } = {
  Neg: one((x) => x.neg()),
  Abs: one((x) => x.abs()),
  Exp: one((x) => x.exp()),
  Log: one((x) => x.log()),
  Sqrt: one((x) => x.sqrt()),
  Reciprocal: one((x) => x.scalar(1).div(x)),
  Floor: one((x) => x.floor()),
  Ceil: one((x) => x.ceil()),
  Round: one((x) => x.round()),
  Sign: one((x) => x.sign()),
  Erf: one((x) => x.erf()),
  Sin: one((x) => x.sin()),
  Cos: one((x) => x.cos()),
  Tan: one((x) => x.sin().div(x.cos())),
  Sinh: one((x) => x.exp().sub(x.neg().exp()).mul(0.5)),
  Cosh: one((x) => x.exp().add(x.neg().exp()).mul(0.5)),
  Not: one((x) => x.not()),
  IsNaN: one((x) => x.equal(x).not()),
  IsInf: isInfinite,
  Identity: (node) => [node.value(0)],
  Dropout: dropout,
  Cast: cast,
  CastLike: (node) => [node.tensor(0).cast(node.value(1).dtype)],
  Clip: clip,
  Pow: pow,
  Mod: mod,
  Sum: (node) => [
    node
      .all()
      .map(({ tensor }) => tensor)
      .reduce((a, b) => a.add(b)),
  ],
  Mean: mean,
  BitwiseXor: two((a, b) => a.bitXor(b)),
  BitwiseAnd: two((a, b) => a.bitAnd(b)),
  BitShift: shift,
  Greater: compare((a, b) => a.greater(b)),
  GreaterOrEqual: compare((a, b) => a.greaterOrEqual(b)),
  Less: compare((a, b) => a.less(b)),
  LessOrEqual: compare((a, b) => a.lessOrEqual(b)),
  And: two((a, b) => a.and(b)),
  Or: two((a, b) => a.or(b)),
  Xor: two((a, b) => a.and(b).not().and(a.or(b))),
};
