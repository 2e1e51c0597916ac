import type { Tensor } from '../tensor.js';
import { broadcasts } from './passes/broadcasts.js';
import { cheaper } from './passes/cheaper.js';
import { constants } from './passes/constants.js';
import { crossEntropy } from './passes/cross-entropy.js';
import { identities } from './passes/identities.js';
import { moves } from './passes/moves.js';
import { products } from './passes/products.js';
import { rowScales } from './passes/row-scales.js';
import { sharing } from './passes/sharing.js';
import { type Pass, rewrite } from './rewrite.js';

/** The passes that {@link simplify} makes, in the order in which a node is asked about. */
export const allPasses: readonly Pass[] = [
  identities,
  broadcasts,
  constants,
  cheaper,
  crossEntropy,
  rowScales,
  moves,
  products,
  sharing,
];

/** How often a graph is gone over; the last time finds nothing in all graphs that were seen. */
const mostRounds = 6;

/**
 * The same outputs from fewer nodes: what nobody uses goes, equal expressions are one (equal to the bit), constants are
 * computed ahead, what changes nothing (a stopGradient, + 0, · 1, a repeated reshape) is left out, what only moves elements
 * cancels, and products scale and add as they go.
 *
 * @param outputs - tensors by name
 * @param passes - what to do; by default everything
 */
export function simplify<Outputs extends { readonly [name: string]: Tensor }>(
  outputs: Outputs,
  passes: readonly Pass[] = allPasses,
): Outputs {
  const early = passes.filter(({ late = false }) => !late);
  const settled = settle(outputs, early);
  return early.length === passes.length ? settled : settle(settled, passes);
}

/** Goes over a graph until nothing changes. */
function settle<Outputs extends { readonly [name: string]: Tensor }>(
  outputs: Outputs,
  passes: readonly Pass[],
): Outputs {
  let current = outputs;
  for (let round = 0; round < mostRounds; round++) {
    const next = rewrite(current, passes);
    const same = Object.entries(next).every(
      ([name, { node, index }]) => node === current[name]!.node && index === current[name]!.index,
    );
    current = next;
    if (same) break;
  }
  return current;
}
