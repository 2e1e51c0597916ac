import { einsum } from '../../src/einsum/einsum.js';
import { oneHot, stack } from '../../src/functions.js';
import type { Cases } from './operator-cases.js';
import { reduction } from './reduced-cases.js';
import { trials } from './trial.js';

/** What is made of other operators alone, by its name in the API. */
export const composedCases: Cases = {
  groupNorm: trials((m) => {
    const [groups, each] = [m.whole(1, 2), m.whole(1, 2)];
    m.floats('x', [m.dim(0, 2), groups * each, m.dim(1, 3), ...m.shape(0, 1)]);
    for (const name of ['gamma', 'beta']) m.floats(name, [groups * each]);
    // A large ε keeps the third derivative small where a group happens to be nearly constant.
    return m.trial(({ x, gamma, beta }) => [x!.groupNorm(groups, gamma!, beta!, 0.5)]);
  }),
  silu: trials((m) => {
    m.floats('x', m.shape(), -4, 4);
    return m.trial(({ x }) => [x!.silu()]);
  }),
  powers: trials((m) => {
    m.floats('x', m.shape(), 0.5, 2);
    return m.trial(({ x }) => [1, 2, 3, 0.5, -1].map((exponent) => x!.pow(exponent)));
  }),
  square: trials((m) => {
    m.floats('x', m.shape());
    return m.trial(({ x }) => [x!.square()]);
  }),
  mean: reduction((x, axes, options) => x.mean(axes, options), true),
  pad: trials((m) => {
    const shape = m.shape(1);
    m.floats('x', shape);
    const [axis, before, after] = [m.whole(0, shape.length - 1), m.whole(0, 2), m.whole(0, 2)];
    return m.trial(({ x }) => [x!.pad(axis, before, after)]);
  }),
  oneHot: trials((m) => {
    const depth = m.dim(1, 4);
    m.floats('x', [depth]);
    m.wholes('at', m.shape(0, 2), -1, 4);
    return m.trial(({ x, at }) => [oneHot(at!, depth).mul(x!)]);
  }),
  variance: reduction((x, axes, options) => x.variance(axes, { ...options, correction: 0 }), true),
  norm: reduction((x, axes, options) => x.norm(axes, options), false),
  norm1: reduction((x, axes, options) => x.norm(axes, { ...options, order: 1 }), false),
  largestNorm: reduction((x, axes, options) => x.norm(axes, { ...options, order: Infinity }), true),
  logSumExp: reduction((x, axes, options) => x.logSumExp(axes, options), true),
  sort: trials((m) => {
    const shape = m.shape(1);
    const axis = m.whole(0, shape.length - 1);
    m.distinct('x', shape);
    const descending = m.chance();
    return m.trial(({ x }) => {
      const { values, indices } = x!.sort(axis, { descending });
      return [values, indices];
    });
  }),
  einsum: trials((m) => {
    const [b, i, j, k] = [m.dim(0, 2), m.dim(1, 3), m.dim(1, 3), m.dim(1, 3)];
    const [left, right] = m.chance() ? ['bij', 'bkj'] : ['ibj', 'kjb'];
    const size = { b, i, j, k } as const;
    const shape = (labels: string) => labels.split('').map((label) => size[label as 'b']);
    m.floats('x', shape(left));
    m.floats('y', shape(right));
    return m.trial(({ x, y }) => [
      einsum(`${left},${right}->kbi`, x!, y!),
      einsum(`${left},${right}->ki`, x!, y!),
      einsum(`${left},j->j`, x!, y!.sum(right === 'bkj' ? [0, 1] : [0, 2])),
    ]);
  }),
  stack: trials((m) => {
    const shape = m.shape(0, 2);
    for (const name of ['x', 'y', 'z']) m.floats(name, shape);
    const axis = m.whole(-1, shape.length);
    return m.trial(({ x, y, z }) => [stack([x!, y!, z!], axis)]);
  }),
  tile: trials((m) => {
    const shape = m.shape();
    m.floats('x', shape);
    const repeats = shape.map(() => m.whole(1, 3));
    return m.trial(({ x }) => [x!.tile(repeats)]);
  }),
};
