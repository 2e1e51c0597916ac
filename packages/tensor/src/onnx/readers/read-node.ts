import { type Dim, type HostTensor, LimbeckError } from '@limbeck/core';
import { makeNode } from '../../tensor-base.js';
import { Tensor } from '../../tensor.js';
import type { Operator } from '../../operator.js';
import type { AttributeProto, NodeProto } from '../gen/onnx_pb.js';
import { tensorFromProto } from '../tensor-data.js';
import { corrupt } from '../wire.js';
import type { OnnxValue } from './value.js';

/** What an operator's reader gives: one entry an output. */
export type Read = readonly (Tensor | OnnxValue)[];

/** Turns one ONNX node into tensors. */
export type Reader = (node: ReadNode) => Read;

/** One ONNX node with its inputs looked up. */
export class ReadNode {
  readonly #attributes: ReadonlyMap<string, AttributeProto>;

  constructor(
    readonly proto: NodeProto,
    /** Undefined where an optional input is left out. */
    readonly inputs: readonly (OnnxValue | undefined)[],
  ) {
    this.#attributes = new Map(proto.attribute.map((attribute) => [attribute.name, attribute]));
  }

  /** `Conv "encoder/0/Conv"`, for errors. */
  get label(): string {
    return `${this.proto.opType} "${this.proto.name}"`;
  }

  /** Input `index` as a tensor. @throws LimbeckError `corrupt-onnx` where it is left out */
  tensor(index: number): Tensor {
    return this.value(index).tensor;
  }

  /** Input `index`. @throws LimbeckError `corrupt-onnx` where it is left out */
  value(index: number): OnnxValue {
    const value = this.inputs[index];
    if (value === undefined) throw corrupt('fromOnnx', `${this.label} without input ${index}`);
    return value;
  }

  /** Input `index` as sizes that are known. @throws LimbeckError `unknown-operator` where they are not */
  sizes(index: number): readonly Dim[] {
    const { sizes } = this.value(index);
    return sizes ?? this.refuse(`input ${index} computed from data`);
  }

  /** Input `index` as numbers of the file. @throws LimbeckError `unknown-operator` where they are computed */
  numbers(index: number): number[] {
    return this.sizes(index).map((size) =>
      typeof size === 'number' ? size : this.refuse(`input ${index} of size ${size}`),
    );
  }

  /** Whether input `index` is there. */
  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  /** An attribute of type INT. */
  int(name: string, fallback: number): number {
    const attribute = this.#attributes.get(name);
    return attribute === undefined ? fallback : Number(attribute.i);
  }

  /** An attribute of type FLOAT. */
  float(name: string, fallback: number): number {
    return this.#attributes.get(name)?.f ?? fallback;
  }

  /** An attribute of type STRING. */
  string(name: string, fallback: string): string {
    const bytes = this.#attributes.get(name)?.s;
    return bytes === undefined ? fallback : new TextDecoder().decode(bytes);
  }

  /** An attribute of type INTS. */
  ints(name: string): number[] | undefined {
    return this.#attributes.get(name)?.ints.map(Number);
  }

  /** An attribute of type TENSOR. */
  host(name: string): HostTensor | undefined {
    const proto = this.#attributes.get(name)?.t;
    return proto === undefined ? undefined : tensorFromProto(proto);
  }

  /** Output tensors of an operator of ours. */
  make<A extends object>(
    operator: Operator<A>,
    inputs: readonly Tensor[],
    attributes: A,
  ): Tensor[] {
    const node = makeNode(operator, inputs, attributes);
    return node.outputs.map((_, index) => new Tensor(node, index));
  }

  /** Throws the error of a known operator used in a way that is not. */
  refuse(given: string): never {
    throw new LimbeckError('unknown-operator', {
      where: 'fromOnnx',
      given: `${this.label} with ${given}`,
      expected: 'the uses that the reader of this operator knows',
      next: 'Export the model with simpler options, or cut this part of the graph away.',
    });
  }
}
