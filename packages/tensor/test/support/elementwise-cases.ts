import { where } from '../../src/functions.js';
import type { Tensor } from '../../src/tensor.js';
import { type Material, type Trial, trials } from './trial.js';
import type { Cases } from './operator-cases.js';

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

const unary = (build: Unary, low = -2, high = 2) =>
  trials((m) => {
    m.floats('x', m.shape(), low, high);
    return m.trial(({ x }) => [build(x!)]);
  });

const kinked = (build: Unary) =>
  trials((m) => {
    m.floatsOffZero('x', m.shape());
    return m.trial(({ x }) => [build(x!)]);
  });

/** Values within 0.3 of a whole number. */
const level = (build: Unary) =>
  trials((m) => {
    m.feed('x', 'float32', m.shape(), () => m.whole(-3, 3) + m.whole(-3, 3) / 10);
    return m.trial(({ x }) => [build(x!)]);
  });

/** Two shapes that broadcast, either of them the wider one. */
function pair(
  m: Material,
  fill: (name: string, shape: readonly (number | string)[]) => void,
): void {
  const wide = m.shape();
  const [a, b] = m.chance() ? ['a', 'b'] : ['b', 'a'];
  // The wide one first: it binds the names that both use.
  fill(a, wide);
  fill(b, m.narrower(wide));
}

const binary = (build: Binary) =>
  trials((m) => {
    pair(m, (name, shape) => m.floatsOffZero(name, shape));
    return m.trial(({ a, b }) => [build(a!, b!)]);
  });

const apart = (build: Binary) =>
  trials((m) => {
    pair(m, (name, shape) => m.distinct(name, shape, name === 'a' ? 0 : 0.0625));
    return m.trial(({ a, b }) => [build(a!, b!)]);
  });

/** Whole numbers other than 0. */
const wholes = (build: Binary, dtype: 'int32' | 'int64' | 'uint32' = 'int64', low = -9) =>
  trials((m) => {
    pair(m, (name, shape) => {
      m.feed(name, dtype, shape, () => {
        const value = m.whole(low, 9);
        return value === 0 ? 1 : value;
      });
    });
    return m.trial(({ a, b }) => [build(a!, b!)]);
  });

const truths = (build: Binary) =>
  trials((m) => {
    pair(m, (name, shape) => m.wholes(name, shape, 0, 1, 'bool'));
    return m.trial(({ a, b }) => [build(a!, b!)]);
  });

const chosen = trials((m): Trial => {
  const wide = m.shape();
  m.floats('a', wide);
  m.floats('b', m.narrower(wide));
  m.wholes('c', m.narrower(wide), 0, 1, 'bool');
  return m.trial(({ a, b, c }) => [where(c!, a!, b!)]);
});

/** Operators that work element by element. */
export const elementwiseCases: Cases = {
  neg: unary((x) => x.neg()),
  abs: kinked((x) => x.abs()),
  exp: unary((x) => x.exp()),
  log: unary((x) => x.log(), 0.5, 3),
  sqrt: unary((x) => x.sqrt(), 0.5, 3),
  tanh: unary((x) => x.tanh()),
  sigmoid: unary((x) => x.sigmoid(), -4, 4),
  relu: kinked((x) => x.relu()),
  erf: unary((x) => x.erf(), -4, 4),
  gelu: unary((x) => x.gelu(), -4, 4),
  geluSlope: unary((x) => x.geluSlope(), -4, 4),
  sin: unary((x) => x.sin()),
  cos: unary((x) => x.cos()),
  softplus: unary((x) => x.softplus(), -4, 4),
  // Half a unit from where they step, so that central differences see no step.
  sign: kinked((x) => x.sign().add(x)),
  round: level((x) => x.round().add(x)),
  floor: level((x) => x.sub(0.5).floor().add(x)),
  ceil: level((x) => x.sub(0.5).ceil().mul(x)),
  clamp: kinked((x) => x.add(0.5).clamp(0.5, 1.75)),
  pow: trials((m) => {
    pair(m, (name, shape) => m.floats(name, shape, name === 'a' ? 0.5 : -2, 2));
    return m.trial(({ a, b }) => [a!.pow(b!)]);
  }),
  not: truths((a, b) => a.not().or(b)),
  // A path around the stop, whose gradient must be all there is.
  stopGradient: unary((x) => x.add(x.stopGradient().sub(x.stopGradient()))),
  cast: unary((x) => x.cast('float64').square()),
  add: binary((a, b) => a.add(b)),
  sub: binary((a, b) => a.sub(b)),
  mul: binary((a, b) => a.mul(b)),
  div: binary((a, b) => a.div(b.abs().add(0.5))),
  maximum: apart((a, b) => a.maximum(b)),
  minimum: apart((a, b) => a.minimum(b)),
  mod: wholes((a, b) => a.mod(b)),
  bitXor: wholes((a, b) => a.bitXor(b), 'uint32', 0),
  bitAnd: wholes((a, b) => a.bitAnd(b), 'uint32', 0),
  shiftLeft: wholes((a, b) => a.shiftLeft(b), 'uint32', 0),
  shiftRight: wholes((a, b) => a.shiftRight(b), 'uint32', 0),
  equal: wholes((a, b) => a.equal(b)),
  greater: apart((a, b) => a.greater(b)),
  greaterOrEqual: apart((a, b) => a.greaterOrEqual(b)),
  less: apart((a, b) => a.less(b)),
  lessOrEqual: apart((a, b) => a.lessOrEqual(b)),
  and: truths((a, b) => a.and(b)),
  or: truths((a, b) => a.or(b)),
  where: chosen,
};
