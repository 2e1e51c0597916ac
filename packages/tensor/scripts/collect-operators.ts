// Says of every operator, by trying it on the random uses that its tests have, what there is of it. Run by operators.mjs,
// in Vitest because the uses are made by fast-check; writes JSON to the file that LIMBECK_OPERATORS names.
import { writeFileSync } from 'node:fs';
import { fc } from '@fast-check/vitest';
import { test } from 'vitest';
import { grad } from '../src/graph/grad.js';
import { interpret } from '../src/graph/interpret.js';
import { topologicalOrder } from '../src/graph/order.js';
import { fromOnnx } from '../src/onnx/from-onnx.js';
import { toOnnx } from '../src/onnx/to-onnx.js';
import type { Emitter, Node, Operator } from '../src/operator.js';
import { isFloat } from '../src/ops/support.js';
import { Tensor } from '../src/tensor.js';
import { allOperators } from '../test/support/all-operators.js';
import { allCases, operatorCases } from '../test/support/operator-cases.js';
import { inputsOf, type Trial } from '../test/support/trial.js';

/** 'yes', or why not. */
type Answer = string;

interface Row {
  readonly name: string;
  /** For what is made of operators: which. */
  readonly madeOf?: readonly string[];
  readonly interpreter: Answer;
  readonly gradient: Answer;
  readonly second: Answer;
  /** Types of nodes, those of other domains with their domain. */
  readonly onnx: readonly string[];
  /** The same in operators of the standard alone. */
  readonly portable: readonly string[];
  readonly fromOnnx: Answer;
}

const yes = 'yes';

function attempt(what: () => void): Answer {
  try {
    what();
    return yes;
  } catch (error) {
    return (error as { readonly given?: string }).given ?? String(error);
  }
}

/** One answer for many trials: the first that is a reason. */
function all(trials: readonly Trial[], what: (trial: Trial) => void): Answer {
  return trials.map((trial) => attempt(() => what(trial))).find((answer) => answer !== yes) ?? yes;
}

function named(tensors: readonly Tensor[]): { readonly [name: string]: Tensor } {
  return Object.fromEntries(tensors.map((tensor, i) => [`out${i}`, tensor]));
}

/** The types of the nodes that a use of an operator is written as. */
function nodeTypes(node: Node, portable: boolean): Set<string> {
  const types = new Set<string>();
  let fresh = 0;
  const emit: Emitter = {
    inputs: node.inputs.map((_, i) => `in${i}`),
    outputs: node.outputs.map((_, i) => `out${i}`),
    inputSpecs: node.inputs,
    outputSpecs: node.outputs,
    portable,
    node: (type, _inputs, _outputs, _attributes, domain = '') => {
      types.add(domain === '' ? type : `${domain}.${type}`);
    },
    fresh: () => `fresh${fresh++}`,
    constant: () => 'constant',
    shape: () => 'shape',
    used: () => true,
    graph: () => ({ graph: {} }),
    block: (_specs, write) => {
      write(emit);
      return { graph: {} };
    },
  };
  (node.operator as Operator).lower(emit, node.attributes);
  return types;
}

function typesOf(nodes: readonly Node[], portable: boolean): string[] {
  return [...new Set(nodes.flatMap((node) => [...nodeTypes(node, portable)]))].sort();
}

/** A scalar of the float outputs, and the float inputs that it depends on. */
function lossOf(
  trial: Trial,
): { readonly loss: Tensor; readonly wrt: readonly Tensor[] } | undefined {
  const inputs = inputsOf(trial);
  const outputs = trial.build(inputs).filter(({ dtype }) => isFloat(dtype));
  const wrt = Object.values(inputs).filter(({ dtype }) => isFloat(dtype));
  if (outputs.length === 0 || wrt.length === 0) return undefined;
  const parts = outputs.map((tensor) => tensor.square().sum().cast('float32'));
  return { loss: parts.reduce((a, b) => a.add(b)), wrt };
}

function differentiate(trial: Trial, times: number): void {
  const given = lossOf(trial);
  if (given === undefined) return;
  let { loss } = given;
  for (let i = 0; i < times; i++) {
    const parts = grad(loss, given.wrt).map((tensor) => tensor.square().sum().cast('float32'));
    loss = parts.reduce((a, b) => a.add(b));
  }
}

/** Why no gradient flows: what the operator says itself, or that its rule never gives one. */
function gradientOf(operator: Operator, nodes: readonly Node[], trials: readonly Trial[]): Answer {
  if (typeof operator.gradient === 'string') return operator.gradient;
  const rule = operator.gradient;
  const flows = nodes.some((node) => {
    const outputs = node.outputs.map((_, index) => new Tensor(node, index));
    const upstream = outputs.map((tensor) =>
      isFloat(tensor.dtype) ? tensor.scalar(1).expand(tensor.shape) : undefined,
    );
    if (upstream.every((flow) => flow === undefined)) return false;
    return rule({ inputs: node.inputs, outputs, upstream, attributes: node.attributes }).some(
      (flow) => flow !== undefined,
    );
  });
  return flows ? all(trials, (trial) => differentiate(trial, 1)) : 'none';
}

function common(trials: readonly Trial[]) {
  return {
    interpreter: all(trials, (trial) => {
      const inputs = inputsOf(trial);
      interpret({ ...inputs, ...named(trial.build(inputs)) }, trial.feeds);
    }),
    fromOnnx: all(trials, (trial) => {
      const outputs = named(trial.build(inputsOf(trial)));
      for (const portable of [false, true]) {
        fromOnnx(toOnnx(outputs, { inputs: trial.specs, portable }).bytes);
      }
    }),
  };
}

function rowOf(name: string): Row {
  const trials = fc.sample(allCases[name]!, { numRuns: 40, seed: 1 });
  // Enough to meet an empty and a named size; each costs a graph of gradients.
  const few = trials.slice(0, 8);
  const nodes = trials.flatMap((trial) => topologicalOrder(trial.build(inputsOf(trial))));
  const operator = allOperators.find((each) => each.name === name);
  const own = nodes.filter((node) => node.operator === (operator as unknown));
  const used = operator === undefined ? nodes : own;
  const gradient =
    operator === undefined
      ? all(few, (trial) => differentiate(trial, 1))
      : gradientOf(operator, own, few);
  return {
    name,
    ...(operator === undefined
      ? { madeOf: [...new Set(nodes.map((node) => node.operator.name))].sort() }
      : {}),
    ...common(few),
    gradient,
    second: gradient === yes ? all(few, (trial) => differentiate(trial, 2)) : gradient,
    onnx: typesOf(used, false),
    portable: typesOf(used, true),
  };
}

test('what there is of every operator', () => {
  const missing = allOperators.filter(({ name }) => operatorCases[name] === undefined);
  const rows = Object.keys(allCases).map(rowOf);
  writeFileSync(
    process.env['LIMBECK_OPERATORS']!,
    JSON.stringify({ rows, missing: missing.map(({ name }) => name) }),
  );
});
