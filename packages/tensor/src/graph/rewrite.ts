import type { Node } from '../operator.js';
import { inScope } from '../scope.js';
import { Tensor } from '../tensor.js';
import { topologicalOrder } from './order.js';

/**
 * What to put in place of a node whose inputs have been rewritten already: as many tensors as it has outputs, or nothing
 * to keep it. Nodes that it makes carry the scope of the one that they replace.
 */
export type Rule = (node: Node) => readonly Tensor[] | undefined;

/** What a pass may ask about the graph. */
export interface GraphFacts {
  /** Whether one node alone reads this tensor, and nobody outside the graph. */
  readBy1(tensor: Tensor): boolean;
}

/** One kind of rewriting. A pass changes no value beyond the last bits; most change no bit. */
export interface Pass {
  /** What it does, in a word or two. */
  readonly name: string;
  /**
   * Whether it begins once the others have nothing left to do, since it asks who reads what: two equal expressions are one
   * by then. @defaultValue false
   */
  readonly late?: boolean;
  /** The rule for one graph; it may remember what it saw of it. */
  readonly start: (facts: GraphFacts) => Rule;
}

/** How often a node that a rule made is looked at again; rules that undo each other would go on for ever. */
const most = 16;

/** Counts who reads the tensors of a graph that is being rewritten. */
class Readers implements GraphFacts {
  readonly #before = new Map<Node, number[]>();
  readonly #after = new Map<Node, number[]>();

  constructor(order: readonly Node[], outputs: readonly Tensor[]) {
    for (const { inputs } of order) {
      for (const tensor of inputs) this.#add(this.#before, tensor, 1);
    }
    // Who fetches an output is a second reader: an output stays what it is.
    for (const tensor of outputs) this.#add(this.#before, tensor, 2);
  }

  #add(counts: Map<Node, number[]>, { node, index }: Tensor, by: number): void {
    const own = counts.get(node) ?? [];
    own[index] = (own[index] ?? 0) + by;
    counts.set(node, own);
  }

  /** Notes what came in place of a node: all that read the one read the other. */
  replaced(node: Node, tensors: readonly Tensor[]): void {
    const counts = this.#before.get(node);
    if (counts === undefined) return;
    tensors.forEach((tensor, index) => this.#add(this.#after, tensor, counts[index] ?? 0));
  }

  readBy1({ node, index }: Tensor): boolean {
    return this.#after.get(node)?.[index] === 1;
  }
}

/**
 * The same outputs with every node looked at once, inputs before what is made of them. A node that no rule touches stays
 * the node that it was, so that inputs, and what is made of them, can be mixed with the graph they came from.
 */
export function rewrite<Outputs extends { readonly [name: string]: Tensor }>(
  outputs: Outputs,
  passes: readonly Pass[],
): Outputs {
  const wanted = Object.values(outputs);
  const order = topologicalOrder(wanted);
  const readers = new Readers(order, wanted);
  const rules = passes.map(({ start }) => start(readers));
  const rebuilt = new Map<Node, readonly Tensor[]>();
  for (const node of order) {
    const same = node.inputs.every((tensor) => isSame(rebuilt.get(tensor.node)!, tensor));
    const next = same
      ? node
      : {
          ...node,
          inputs: node.inputs.map((tensor) => rebuilt.get(tensor.node)![tensor.index]!),
        };
    const tensors = inScope(node.scope, () => apply(rules, next, 0));
    readers.replaced(node, tensors);
    rebuilt.set(node, tensors);
  }
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { node, index }]) => [name, rebuilt.get(node)![index]!]),
  ) as Outputs;
}

function isSame(tensors: readonly Tensor[], { node, index }: Tensor): boolean {
  return tensors[index]!.node === node && tensors[index]!.index === index;
}

/** The tensors of a node after all rules; what one rule makes, all are asked about again. */
function apply(rules: readonly Rule[], node: Node, times: number): readonly Tensor[] {
  for (const rule of rules) {
    const tensors = rule(node);
    if (tensors === undefined) continue;
    const [first] = tensors;
    const whole =
      first !== undefined &&
      first.node !== node &&
      tensors.length === first.node.outputs.length &&
      tensors.every((tensor, index) => tensor.node === first.node && tensor.index === index);
    return whole && times < most ? apply(rules, first.node, times + 1) : tensors;
  }
  return node.outputs.map((_, index) => new Tensor(node, index));
}
