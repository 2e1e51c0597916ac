import { cond as operator } from '../ops/cond.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { alike, listOf, placeholder, type Subgraph, trace } from './subgraph.js';

/**
 * One of two expressions, of which only the one that is chosen is computed, as are its gradients.
 *
 * What a function makes is inside its branch; tensors that it reads from outside are computed in any case.
 *
 * @param predicate - a bool scalar
 * @param then - what is computed where it holds
 * @param otherwise - what is computed where it does not: as many tensors, of the same dtypes and shapes
 * @returns what the functions give
 * @throws LimbeckError `dtype-mismatch`, `shape-mismatch`
 * @example
 * ```ts
 * import { cond, input, interpret } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: [] });
 * const y = cond(x.greater(0), () => x.sqrt(), () => x.mul(0));
 * const feeds = { x: { dtype: 'float32', shape: [], data: Float32Array.of(-4) } } as const;
 * console.log(interpret({ y }, feeds).y.data[0]); // -0
 * ```
 */
export function cond<R extends Tensor | readonly Tensor[]>(
  predicate: Tensor,
  then: () => R,
  otherwise: () => R,
): R {
  let isList = false;
  const [a, b] = [then, otherwise].map((build) =>
    trace([], () => {
      const given = build();
      isList = !(given instanceof Tensor);
      return listOf('cond', given);
    }),
  );
  // Both take what either reads, the other's behind their own or before it.
  const branches = {
    yes: { ...a!.body, parameters: [...a!.body.parameters, ...b!.captured.map(placeholder)] },
    no: { ...b!.body, parameters: [...a!.captured.map(placeholder), ...b!.body.parameters] },
  } satisfies { readonly [branch: string]: Subgraph };
  const node = makeNode(operator, [predicate, ...a!.captured, ...b!.captured], branches);
  return alike(
    isList,
    node.outputs.map((_, i) => new Tensor(node, i)),
  );
}
