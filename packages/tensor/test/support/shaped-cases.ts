import type { Dim } from '@limbeck/core';
import { addDims, multiplyDims } from '../../src/dims.js';
import { concat, constant, dimension, iota } from '../../src/functions.js';
import { type Material, trials } from './trial.js';
import type { Cases } from './operator-cases.js';

function shuffled(m: Material, rank: number): number[] {
  const order = Array.from({ length: rank }, (_, axis) => axis);
  for (let i = rank - 1; i > 0; i--) {
    const j = m.whole(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** A range inside an axis of numbers. */
function range(m: Material, size: number): { start: number; stop: number; step: number } {
  const start = m.whole(0, size);
  return { start, stop: m.whole(start, size), step: m.whole(1, 3) };
}

/** Operators that move or repeat elements, and the sources. */
export const shapedCases: Cases = {
  input: trials((m) => {
    m.floats('x', m.shape());
    return m.trial(({ x }) => [x!]);
  }),
  constant: trials((m) => {
    m.floats('x', m.shape());
    const value = constant({ dtype: 'float32', shape: [], data: Float32Array.of(0.5) });
    return m.trial(({ x }) => [x!.mul(value)]);
  }),
  dimension: trials((m) => {
    const shape = m.shape(1);
    m.floats('x', shape);
    return m.trial(({ x }) => [x!.mul(dimension(shape[0]!).cast('float32'))]);
  }),
  iota: trials((m) => {
    const shape = m.shape(1);
    m.floats('x', shape);
    return m.trial(({ x }) => [x!.mul(iota(shape.at(-1)!).cast('float32'))]);
  }),
  reshape: trials((m) => {
    const shape = m.shape(2);
    m.floats('x', shape);
    const joined: Dim[] = [multiplyDims(...shape.slice(0, 2)), ...shape.slice(2), 1];
    return m.trial(({ x }) => [x!.reshape(joined).square()]);
  }),
  expand: trials((m) => {
    const shape = m.shape();
    m.floats('wide', shape);
    m.floats('x', m.narrower(shape));
    return m.trial(({ x }) => [x!.expand(shape)]);
  }),
  transpose: trials((m) => {
    const shape = m.shape();
    m.floats('x', shape);
    const order = shuffled(m, shape.length);
    return m.trial(({ x }) => [x!.transpose(order)]);
  }),
  concat: trials((m) => {
    const shape = m.shape(1);
    const axis = m.whole(0, shape.length - 1);
    const names = ['x', 'y', 'z'].slice(0, m.whole(2, 3));
    for (const name of names) m.floats(name, shape.with(axis, m.dim(0, 3)));
    return m.trial((given) => [
      concat(
        names.map((name) => given[name]!),
        axis,
      ),
    ]);
  }),
  slice: trials((m) => {
    const shape = m.shape(1);
    const axis = m.whole(0, shape.length - 1);
    const size = m.whole(0, 5);
    const { start, stop, step } = range(m, size);
    if (m.chance(0.3)) {
      // A named size: all of it, from the start on.
      m.floats('x', shape);
      return m.trial(({ x }) => [x!.slice(axis, 0, undefined, step)]);
    }
    m.floats('x', shape.with(axis, size));
    return m.trial(({ x }) => [x!.slice(axis, start, stop, step)]);
  }),
  unslice: trials((m) => {
    const shape = m.shape(1);
    const axis = m.whole(0, shape.length - 1);
    if (m.chance()) {
      m.floats('x', shape);
      const size = addDims(shape[axis]!, 3);
      return m.trial(({ x }) => [x!.unslice(axis, 2, addDims(shape[axis]!, 2), size)]);
    }
    const size = m.whole(0, 5);
    const { start, stop, step } = range(m, size);
    m.floats('x', shape.with(axis, Math.floor((stop - start + step - 1) / step)));
    return m.trial(({ x }) => [x!.unslice(axis, start, stop, size, step)]);
  }),
  split: trials((m) => {
    const shape = m.shape(1);
    const axis = m.whole(0, shape.length - 1);
    const sizes = [m.whole(0, 2), shape[axis]!, m.whole(0, 2)];
    m.floats('x', shape.with(axis, addDims(...sizes)));
    m.floats('y', shape);
    // The last piece is left out: its gradient is zeros.
    return m.trial(({ x, y }) => {
      const [first, second] = x!.split(axis, sizes);
      return [first!, second!.mul(y!)];
    });
  }),
  flip: trials((m) => {
    const shape = m.shape(1);
    m.floats('x', shape);
    const axis = m.whole(0, shape.length - 1);
    return m.trial(({ x }) => [x!.flip(axis)]);
  }),
  triangle: trials((m) => {
    m.floats('x', [...m.shape(0, 1), m.dim(0, 4), m.dim(0, 4)]);
    const [upper, diagonal] = [m.chance(), m.whole(-3, 3)];
    return m.trial(({ x }) => [upper ? x!.triu(diagonal) : x!.tril(diagonal)]);
  }),
};
