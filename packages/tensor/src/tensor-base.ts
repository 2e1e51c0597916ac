import type { Dim, DType, Spec } from '@limbeck/core';
import { hostTensor } from '@limbeck/core';
import { canonicalDim, showShape } from './dims.js';
import type { Node, Operator } from './operator.js';
import { constant } from './ops/source.js';
import { refuseShapes } from './ops/support.js';
import { recordNode } from './recorder.js';
import { currentScope } from './scope.js';
import type { Tensor } from './tensor.js';

/** Makes a node: checks the inputs by the operator's own rule. */
export function makeNode<A extends object>(
  operator: Operator<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Node {
  const outputs = operator.infer(inputs, attributes).map(({ dtype, shape }) => ({
    dtype,
    shape: shape.map(canonicalDim),
  }));
  if (outputs.some(({ shape }) => shape.some((dim) => typeof dim === 'number' && dim < 0))) {
    refuseShapes(
      operator.name,
      (inputs.length > 0 ? inputs : outputs).map((tensor) => tensor.shape),
      `sizes of at least 0, not ${outputs.map(({ shape }) => showShape(shape)).join(' and ')}`,
    );
  }
  const node: Node = { operator, inputs, attributes, outputs, scope: currentScope() };
  recordNode(node);
  return node;
}

/** What every symbolic tensor has: a dtype, a shape, and the node that makes it. */
export abstract class TensorBase implements Spec {
  /** What its elements are. */
  readonly dtype: DType;
  /** Its sizes: numbers or names. */
  readonly shape: readonly Dim[];

  /** A tensor is output `index` of a node. */
  constructor(
    /** The use of an operator that computes it. */
    readonly node: Node,
    /** Which of the node's outputs it is. */
    readonly index: number = 0,
  ) {
    const { dtype, shape } = node.outputs[index]!;
    this.dtype = dtype;
    this.shape = shape;
  }

  /** Applies an operator and gives its first output. */
  protected apply<A extends object>(
    operator: Operator<A>,
    inputs: readonly Tensor[],
    attributes: A,
  ): Tensor {
    return this.wrap(makeNode(operator, inputs, attributes), 0);
  }

  /** Output `index` of a node as a tensor. */
  protected wrap(node: Node, index: number): Tensor {
    return new (this.constructor as new (node: Node, index: number) => Tensor)(node, index);
  }

  /** This, as the class that has all the methods. */
  protected get self(): Tensor {
    return this as unknown as Tensor;
  }

  /** A constant scalar of this tensor's dtype. */
  scalar(value: number): Tensor {
    return this.apply(constant, [], { value: hostTensor(this.dtype, [], [value]) });
  }

  /** The other operand as a tensor: numbers become constants of this dtype. */
  protected lift(other: Tensor | number): Tensor {
    return typeof other === 'number' ? this.scalar(other) : other;
  }
}
