import type { Dim } from '@limbeck/core';
import type { ReduceOptions } from '../../src/tensor-reduced.js';
import type { Tensor } from '../../src/tensor.js';
import type { Cases } from './operator-cases.js';
import { type Material, trials } from './trial.js';

/** Some axes of a shape, in any number. */
export function someAxes(m: Material, rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter(() => m.chance());
}

type Reduction = (x: Tensor, axes: readonly number[], options: ReduceOptions) => Tensor;

/** A reduction over some axes; what is reduced is not empty where the result would be infinite. */
export function reduction(build: Reduction, filled: boolean) {
  return trials((m) => {
    const shape = m.shape();
    m.distinct('x', shape, 0.0625);
    const [axes, keep] = [someAxes(m, shape.length), m.chance()];
    const empty = filled && axes.some((axis) => m.size(shape[axis]!) === 0);
    return m.trial(({ x }) => [empty ? x!.square() : build(x!, axes, { keep }).square()]);
  });
}

/** A shape, and one of its axes that is not empty. */
function filledAxis(m: Material): { readonly shape: Dim[]; readonly axis: number } {
  const shape = m.shape(0, 2);
  const axis = m.whole(0, shape.length);
  return { shape: shape.toSpliced(axis, 0, m.dim(1, 4)), axis };
}

const position = (build: (x: Tensor, axis: number) => Tensor) =>
  trials((m) => {
    const { shape, axis } = filledAxis(m);
    m.distinct('x', shape);
    return m.trial(({ x }) => [build(x!, axis)]);
  });

/** Operators that reduce, add up or order elements along axes. */
export const reducedCases: Cases = {
  sum: reduction((x, axes, options) => x.sum(axes, options), false),
  max: reduction((x, axes, options) => x.max(axes, options), true),
  min: reduction((x, axes, options) => x.min(axes, options), true),
  argMax: position((x, axis) => x.argMax(axis)),
  argMin: position((x, axis) => x.argMin(axis)),
  cumsum: trials((m) => {
    const shape = m.shape(1);
    m.floats('x', shape);
    const axis = m.whole(0, shape.length - 1);
    const options = { exclusive: m.chance(), reverse: m.chance() };
    return m.trial(({ x }) => [x!.cumsum(axis, options)]);
  }),
  topK: trials((m) => {
    const { shape, axis } = filledAxis(m);
    m.distinct('x', shape);
    const size = m.size(shape[axis]!);
    const k = m.chance(0.3) ? shape[axis]! : m.whole(1, size);
    const largest = m.chance();
    return m.trial(({ x }) => {
      const { values, indices } = x!.topK(k, { axis, largest });
      return [values, indices];
    });
  }),
};
