import { type HostTensor, sizeOf, type Spec } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import { at, type ByPath, fixedSizes, zeros } from './paths.js';

/** Second moments: of an n × m matrix n + m numbers, of a vector one each. */
export type FactoredMoments = {
  /** R: means of squared gradients over each row, of what has two axes or more. */
  readonly rows: ByPath;
  /** C: means over each column, where all axes but the first are one. */
  readonly columns: ByPath;
  /** V: of scalars and vectors. */
  readonly second: ByPath;
};

type HostByPath = { [path: string]: HostTensor };

/** Zeroed moments. @throws LimbeckError `shape-mismatch`, `dtype-mismatch` */
export function zeroedMoments(
  where: string,
  parameters: { readonly [path: string]: Spec },
): { readonly rows: HostByPath; readonly columns: HostByPath; readonly second: HostByPath } {
  const made = { rows: {} as HostByPath, columns: {} as HostByPath, second: {} as HostByPath };
  for (const [path, spec] of Object.entries(parameters)) {
    const sizes = fixedSizes(where, path, spec);
    const sides = matrixSides(sizes);
    if (sides === undefined) made.second[path] = zeros(spec.dtype, sizes);
    else {
      made.rows[path] = zeros(spec.dtype, [sides[0]]);
      made.columns[path] = zeros(spec.dtype, [sides[1]]);
    }
  }
  return made;
}

/**
 * The moments of one step: each `next` is given a gradient and returns g / √V, V as the product of row and column
 * means where the gradient has two axes or more.
 *
 * @param given - `taken` is 1 − β, `floor` is added to squared gradients
 */
export function factoredStep(
  where: string,
  given: { readonly state: FactoredMoments; readonly taken: Tensor; readonly floor: number },
): { readonly state: FactoredMoments; next(path: string, g: Tensor): Tensor } {
  const { state, taken, floor } = given;
  const rows: { [path: string]: Tensor } = {};
  const columns: { [path: string]: Tensor } = {};
  const second: { [path: string]: Tensor } = {};
  const blend = (what: string, old: ByPath, path: string, now: Tensor): Tensor => {
    const before = at(where, what, old, path);
    return before.add(now.sub(before).mul(taken.cast(now.dtype)));
  };
  return {
    state: { rows, columns, second },
    next: (path, g) => {
      const sides = matrixSides(g.shape as readonly number[]);
      if (g.shape.includes(0)) {
        // The means of no numbers would be NaN, and stay in the state.
        for (const [made, old] of [
          [rows, state.rows],
          [columns, state.columns],
          [second, state.second],
        ] as const) {
          if (old[path] !== undefined) made[path] = old[path];
        }
        return g;
      }
      if (sides === undefined) {
        const v = blend('second moment', state.second, path, g.square().add(floor));
        second[path] = v;
        return g.div(v.sqrt());
      }
      const flat = g.reshape(sides);
      const squares = flat.square().add(floor);
      const r = blend('row mean', state.rows, path, squares.mean(1));
      const c = blend('column mean', state.columns, path, squares.mean(0));
      rows[path] = r;
      columns[path] = c;
      // Divided one after the other: a product of two small means would be 0 in float32.
      const ofRows = r.div(r.mean()).sqrt().reshape([sides[0], 1]);
      return flat.div(ofRows).div(c.sqrt()).reshape(g.shape);
    },
  };
}

/** Rows and columns of what has two axes or more. */
function matrixSides(
  shape: readonly number[],
): readonly [rows: number, columns: number] | undefined {
  const [rows, ...rest] = shape;
  return rows === undefined || rest.length === 0 ? undefined : [rows, sizeOf(rest)];
}
