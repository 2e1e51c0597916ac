import type { Spec } from '@limbeck/core';
import { input } from '../functions.js';
import { grad } from '../graph/grad.js';
import { interpret, toHost } from '../graph/interpret.js';
import { forwardInputs, topologicalOrder } from '../graph/order.js';
import { replace } from '../graph/replace.js';
import type { Emitter, Node, Operator } from '../operator.js';
import type { ConstantAttributes } from '../ops/source.js';
import { isFloat } from '../ops/support.js';
import { inScope } from '../scope.js';
import type { Tensor } from '../tensor.js';

/** An operator that is defined by an expression of others: it can be differentiated, and run anywhere. */
export interface Composite<Attributes extends object = object> extends Operator<Attributes> {
  /** What it means. */
  readonly expand: (inputs: readonly Tensor[], attributes: Attributes) => readonly Tensor[];
}

/** What {@link composite} is told. */
export interface CompositeRule<Attributes extends object> {
  /** The name that errors and scopes use. */
  readonly name: string;
  /** What it means, as an expression of its inputs. */
  readonly expand: (inputs: readonly Tensor[], attributes: Attributes) => readonly Tensor[];
  /** What a runtime may run instead at the edge of a graph; equal to the bit with the expression. */
  readonly kernel?: string;
}

/**
 * Makes an operator of an expression. Shapes, values, gradients and nodes are those of the expression; with a kernel, a
 * runtime that has it may compute the operator outside the graph, see {@link splitTail}.
 */
export function composite<Attributes extends object = object>(
  rule: CompositeRule<Attributes>,
): Composite<Attributes> {
  const { name, expand, kernel } = rule;
  return {
    name,
    ...(kernel === undefined ? {} : { kernel }),
    expand,
    infer: (specs, attributes) =>
      expand(placeholders(specs), attributes).map(({ dtype, shape }) => ({ dtype, shape })),
    evaluate: (values, attributes) => {
      const inputs = placeholders(values);
      const outputs = named(expand(inputs, attributes));
      const found = interpret(outputs, named(values.map(toHost)));
      return Object.values(found).map(({ data }) =>
        Float64Array.from(data as Iterable<number>, Number),
      );
    },
    gradient: ({ inputs, attributes, upstream }) => {
      // Over inputs that stand alone: what an input owes to another one is none of this operator's business.
      const own = placeholders(inputs);
      const flows = upstream.map(
        (flow, i) => flow && input(`upstream/${i}`, { dtype: flow.dtype, shape: flow.shape }),
      );
      const parts = expand(own, attributes).flatMap((output, i) =>
        flows[i] === undefined ? [] : [output.mul(flows[i]).sum()],
      );
      const loss = parts.reduce((a, b) => a.add(b.cast(a.dtype)));
      const wanted = own.filter(({ dtype }) => isFloat(dtype));
      const replacements = new Map<Node, Tensor>(own.map(({ node }, i) => [node, inputs[i]!]));
      flows.forEach((flow, i) => flow && replacements.set(flow.node, upstream[i]!));
      const gradients = replace(grad(loss, wanted), ({ node }) => replacements.get(node));
      return own.map((tensor) => gradients[wanted.indexOf(tensor)]);
    },
    lower: (emit, attributes) => lowerExpansion(emit, name, expand, attributes),
  };
}

/** Whether an operator is defined by an expression. */
export function isComposite(operator: object): operator is Composite {
  return 'expand' in operator;
}

function placeholders(specs: readonly Spec[]): Tensor[] {
  return specs.map(({ dtype, shape }, i) => input(String(i), { dtype, shape }));
}

function named<T>(list: readonly T[]): { [name: string]: T } {
  return Object.fromEntries(list.map((value, i) => [String(i), value]));
}

/** Writes every node of the expression, under the names that the operator's own inputs and outputs have. */
function lowerExpansion<Attributes extends object>(
  emit: Emitter,
  name: string,
  expand: CompositeRule<Attributes>['expand'],
  attributes: Attributes,
): void {
  const inputs = placeholders(emit.inputSpecs);
  const outputs = inScope(name, () => expand(inputs, attributes));
  const names = new Map<Node, readonly string[]>(
    inputs.map(({ node }, i) => [node, [emit.inputs[i]!]]),
  );
  for (const node of topologicalOrder(outputs, forwardInputs)) {
    if (names.has(node)) continue;
    if (node.operator.name === 'constant') {
      names.set(node, [emit.constant((node.attributes as ConstantAttributes).value)]);
      continue;
    }
    const own = node.outputs.map((_, index) => {
      const wanted = outputs.findIndex((tensor) => tensor.node === node && tensor.index === index);
      return wanted < 0 ? emit.fresh() : emit.outputs[wanted]!;
    });
    names.set(node, own);
    (node.operator as Operator).lower(
      {
        ...emit,
        inputs: forwardInputs(node).map((tensor) => names.get(tensor.node)![tensor.index]!),
        outputs: own,
        inputSpecs: node.inputs,
        outputSpecs: node.outputs,
        used: () => true,
      },
      node.attributes,
    );
  }
  outputs.forEach(({ node, index }, i) => {
    const from = names.get(node)![index]!;
    if (from !== emit.outputs[i]) emit.node('Identity', [from], [emit.outputs[i]!]);
  });
}
