import type { Spec } from '@limbeck/core';
import { checkNamedTensors } from '../check-tensors.js';
import { input } from '../functions.js';
import { grad } from '../graph/grad.js';
import { topologicalOrder } from '../graph/order.js';
import { replace } from '../graph/replace.js';
import type { Node } from '../operator.js';
import { isFloat } from '../ops/support.js';
import { recording } from '../recorder.js';
import { Tensor } from '../tensor.js';

/** An expression that reads nothing but its parameters. */
export interface Subgraph {
  /** Inputs with names that nothing else has. */
  readonly parameters: readonly Tensor[];
  /** What is made of them. */
  readonly results: readonly Tensor[];
}

let count = 0;

/** An input that stands for a value of this dtype and shape. */
export function placeholder({ dtype, shape }: Spec): Tensor {
  return input(`~${count++}`, { dtype, shape });
}

/** A subgraph, and the tensors from outside that it reads. */
export interface Traced {
  /** Its parameters are those of the function, then one for each of `captured`. */
  readonly body: Subgraph;
  /** What the function reads beside its arguments. */
  readonly captured: readonly Tensor[];
}

/**
 * Runs a function on placeholders. Inside is what it makes, and what depends on its arguments; everything else that it
 * reads becomes a parameter, but for what depends on no input at all.
 */
export function trace(
  specs: readonly Spec[],
  build: (own: readonly Tensor[]) => readonly Tensor[],
): Traced {
  const own = specs.map(placeholder);
  const { result: results, made } = recording(() => build(own));
  const order = topologicalOrder(results);
  const kinds = kindsOf(order, new Set(own.map(({ node }) => node)), made);
  const captured: Tensor[] = [];
  const stands = new Map<Node, Map<number, Tensor>>();
  const capture = (tensor: Tensor): void => {
    const { node, index } = tensor;
    if (kinds.get(node) !== 'outside' || stands.get(node)?.has(index) === true) return;
    captured.push(tensor);
    const own = stands.get(node) ?? new Map<number, Tensor>();
    stands.set(node, own.set(index, placeholder(tensor)));
  };
  for (const node of order) if (kinds.get(node) === 'inside') node.inputs.forEach(capture);
  results.forEach(capture);
  const stand = ({ node, index }: Tensor): Tensor => stands.get(node)!.get(index)!;
  return {
    body: {
      parameters: [...own, ...captured.map(stand)],
      results: replace(results, ({ node, index }) => stands.get(node)?.get(index)),
    },
    captured,
  };
}

type Kind = 'inside' | 'outside' | 'free';

function kindsOf(
  order: readonly Node[],
  own: ReadonlySet<Node>,
  made: ReadonlySet<Node>,
): ReadonlyMap<Node, Kind> {
  const kinds = new Map<Node, Kind>();
  const kindOf = (node: Node): Kind => {
    if (own.has(node)) return 'inside';
    if (node.operator.name === 'input') return 'outside';
    const inputs = node.inputs.map((tensor) => kinds.get(tensor.node)!);
    if (made.has(node) || inputs.includes('inside')) return 'inside';
    return inputs.includes('outside') ? 'outside' : 'free';
  };
  for (const node of order) kinds.set(node, kindOf(node));
  return kinds;
}

/** The results of a subgraph for these arguments. */
export function instantiate(
  { parameters, results }: Subgraph,
  given: readonly Tensor[],
): readonly Tensor[] {
  const stands = new Map(parameters.map(({ node }, i) => [node, given[i]!]));
  return replace(results, ({ node }) => stands.get(node));
}

/**
 * The gradients by a subgraph's float parameters, in order, as a subgraph. Its parameters are those of the subgraph, then
 * the gradient by each result through which one flows.
 */
export function pullback({ parameters, results }: Subgraph, flowing: readonly boolean[]): Subgraph {
  const wanted = parameters.filter(({ dtype }) => isFloat(dtype));
  const through = results.filter((_, i) => flowing[i]);
  const flows = through.map(placeholder);
  const parts = through.map((result, i) => result.mul(flows[i]!).sum());
  const gradients =
    parts.length === 0
      ? wanted.map((tensor) => tensor.scalar(0).expand(tensor.shape))
      : grad(
          parts.reduce((sum, part) => sum.add(part.cast(sum.dtype))),
          wanted,
        );
  return { parameters: [...parameters, ...flows], results: gradients };
}

/** Gradients of float inputs, in order, put where those inputs stand among all. */
export function atFloats(
  inputs: readonly Tensor[],
  gradients: readonly Tensor[],
): (Tensor | undefined)[] {
  let next = 0;
  return inputs.map(({ dtype }) => (isFloat(dtype) ? gradients[next++] : undefined));
}

/**
 * What a function gave, as a list; {@link alike} puts a list back into its form.
 *
 * @throws LimbeckError `invalid-data` for what is neither a tensor nor a list of these
 */
export function listOf(where: string, given: Tensor | readonly Tensor[]): readonly Tensor[] {
  if (given instanceof Tensor) return [given];
  checkNamedTensors(where, given, 'result');
  return given;
}

/** One tensor where one was given, and otherwise the list. */
export function alike<R extends Tensor | readonly Tensor[]>(
  isList: boolean,
  list: readonly Tensor[],
): R {
  return (isList ? list : list[0]) as R;
}
