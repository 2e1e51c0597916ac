import type { DType } from '@limbeck/core';
import { atFloats, instantiate, pullback, type Subgraph } from '../control/subgraph.js';
import { dataTypeOf } from '../onnx/element-kinds.js';
import type { Operator } from '../operator.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { int, int64s, isFloat, passing } from './support.js';

/** Attributes of {@link checkpoint}. */
export interface CheckpointAttributes {
  /** What is computed again in the backward pass. */
  readonly body: Subgraph;
  /** How many of its parameters are its arguments; the others are what it reads beside them. */
  readonly arguments: number;
}

/**
 * The results of a subgraph, then its parameters: gives the results, and computes what the backward pass needs of the
 * subgraph once more, when it needs it.
 */
export const checkpoint: Operator<CheckpointAttributes> = {
  name: 'checkpoint',
  transparent: true,
  opaque: true,
  forwardInputs: ({ body }) => body.results.length,
  infer: (inputs, { body }) => inputs.slice(0, body.results.length),
  evaluate: (inputs) => inputs.map(({ data }) => data),
  gradient: ({ inputs, upstream, attributes: { body, arguments: count } }) => {
    const results = body.results.length;
    const given = inputs.slice(results);
    const flows = upstream.filter((flow) => flow !== undefined);
    const again = (tensor: Tensor, i: number): Tensor => {
      // Weights are at hand anyway. What random numbers are made of is made anew, or masks would be kept.
      const isKept = i >= count && (isFloat(tensor.dtype) || tensor.shape.length > 0);
      return isKept ? tensor : new Tensor(makeNode(barrier, [tensor, flows[0]!], {}));
    };
    const flowing = upstream.map((flow) => flow !== undefined);
    const gradients = instantiate(pullback(body, flowing), [...given.map(again), ...flows]);
    return [...upstream.map(() => undefined), ...atFloats(given, gradients)];
  },
  lower: (emit, { body }) =>
    body.results.forEach((_, i) => emit.node('Identity', [emit.inputs[i]!], [emit.outputs[i]!])),
};

/**
 * The first input, but not before the second is there: nothing made of it is the same as what was made of the input
 * itself, neither for {@link simplify} nor for ONNX Runtime, so that it is computed again.
 */
export const barrier: Operator = {
  name: 'barrier',
  infer: ([x]) => [x!],
  evaluate: ([x]) => [x!.data],
  gradient: ({ upstream: [dy] }) => [dy, undefined],
  lower: (emit) => {
    const { dtype } = emit.inputSpecs[0]!;
    const [x, after] = emit.inputs as [string, string];
    const pass = passing(emit);
    // A zero that no optimiser knows to be one: whether the first element is above itself.
    const flat = pass('Reshape', [after, emit.constant(int64s([-1]))]);
    const ends = [[0], [1]].map((end) => emit.constant(int64s(end)));
    const first = pass('ReduceSum', [pass('Slice', [flat, ...ends])], { keepdims: int(0) });
    const never = pass('Greater', [first, first]);
    if (dtype === 'bool') return emit.node('Or', [x, never], emit.outputs);
    const zero = pass('Cast', [never], { to: int(dataTypeOf(dtype)) });
    // − 0 changes no number, −0 among them.
    emit.node(takesAway(dtype), [x, zero], emit.outputs);
  },
};

function takesAway(dtype: DType): string {
  return dtype === 'uint32' ? 'BitwiseXor' : 'Sub';
}
