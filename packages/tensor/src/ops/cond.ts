import { sameShape, showShape } from '../dims.js';
import { atFloats, pullback, type Subgraph } from '../control/subgraph.js';
import { evaluate } from '../graph/evaluate.js';
import type { Emitter, OnnxAttribute, Operator } from '../operator.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { checkDtype, isFloat, refuseShapes } from './support.js';

/** Attributes of {@link cond}: what is computed in either case, of the same parameters. */
export interface CondAttributes {
  readonly yes: Subgraph;
  readonly no: Subgraph;
}

/** One of two subgraphs, by a truth value: the predicate, then the parameters. Only the one that is chosen runs. */
export const cond: Operator<CondAttributes> = {
  name: 'cond',
  opaque: true,
  infer: ([predicate], { yes, no }) => {
    checkDtype('cond', predicate!, ['bool']);
    if (predicate!.shape.length > 0) {
      refuseShapes('cond', [predicate!.shape], 'a scalar', 'Choose element by element with where.');
    }
    const [a, b] = [yes.results, no.results];
    const fits =
      a.length === b.length &&
      a.every(({ dtype, shape }, i) => dtype === b[i]!.dtype && sameShape(shape, b[i]!.shape));
    if (!fits) {
      const show = (results: readonly Tensor[]): string =>
        results.map(({ dtype, shape }) => `${dtype} ${showShape(shape)}`).join(', ');
      refuseShapes(
        'cond',
        [...a, ...b].map(({ shape }) => shape),
        `as many tensors of the same dtypes and shapes from both branches, not ${show(a)} and ${show(b)}`,
        'Bring both to one shape, and cast what differs.',
      );
    }
    return a;
  },
  evaluate: ([predicate, ...given], { yes, no }, _outputs, dim) => {
    const branch = predicate!.data[0] === 0 ? no : yes;
    const known = new Map(branch.parameters.map(({ node }, i) => [node, given[i]!]));
    return evaluate(branch.results, known, dim).map(({ data }) => data);
  },
  gradient: ({ inputs: [predicate, ...given], upstream, attributes: { yes, no } }) => {
    const flowing = upstream.map((flow) => flow !== undefined);
    const flows = upstream.filter((flow) => flow !== undefined);
    const back = { yes: pullback(yes, flowing), no: pullback(no, flowing) };
    if (!given.some(({ dtype }) => isFloat(dtype))) return [undefined];
    const node = makeNode(cond, [predicate!, ...given, ...flows], back);
    const gradients = back.yes.results.map((_, i) => new Tensor(node, i));
    return [undefined, ...atFloats(given, gradients)];
  },
  lower: (emit, { yes, no }) =>
    emit.node('If', [emit.inputs[0]!], emit.outputs, {
      then_branch: branchGraph(emit, yes),
      else_branch: branchGraph(emit, no),
    }),
};

function branchGraph(emit: Emitter, { parameters, results }: Subgraph): OnnxAttribute {
  // A branch reads the values around it by their names.
  const names = new Map(parameters.map((tensor, i) => [tensor, emit.inputs[i + 1]!]));
  return emit.graph(results, names);
}
