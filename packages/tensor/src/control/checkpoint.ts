import { checkNamedTensors } from '../check-tensors.js';
import { checkpoint as operator } from '../ops/checkpoint.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { alike, instantiate, listOf, trace } from './subgraph.js';

/**
 * A function that is computed once more in the backward pass, so that what lies inside it need not be kept until then:
 * less memory for about a third more time.
 *
 * What the function makes is computed again; what it reads beside its arguments, such as weights, is kept. Random masks
 * come out the same, since they depend on seed and draw alone.
 *
 * @param build - pure; gives one tensor or several
 * @param inputs - what it is applied to, and what is kept
 * @returns what the function gives
 * @throws LimbeckError `invalid-data` for inputs or results that are no tensors
 * @see Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear Memory Cost", 2016, §4.
 * {@link https://arxiv.org/abs/1604.06174}
 */
export function checkpoint<R extends Tensor | readonly Tensor[]>(
  build: (...inputs: readonly Tensor[]) => R,
  inputs: readonly Tensor[],
): R {
  checkNamedTensors('checkpoint', inputs, 'input');
  let isList = false;
  const { body, captured } = trace(inputs, (own) => {
    const given = build(...own);
    isList = !(given instanceof Tensor);
    return listOf('checkpoint', given);
  });
  const parameters = [...inputs, ...captured];
  const results = instantiate(body, parameters);
  const node = makeNode(operator, [...results, ...parameters], { body, arguments: inputs.length });
  return alike(
    isList,
    results.map((_, i) => new Tensor(node, i)),
  );
}
