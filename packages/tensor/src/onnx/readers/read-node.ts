import { type Dim, type HostTensor, LimbeckError } from '@limbeck/core';
import type { Operator } from '../../operator.js';
import { makeNode } from '../../tensor-base.js';
import { Tensor } from '../../tensor.js';
import type { AttributeProto, GraphProto, NodeProto } from '../gen/onnx_pb.js';
import { tensorFromProto } from '../tensor-data.js';
import { corrupt } from '../wire.js';
import { type OnnxValue, wholesOf } from './value.js';

/** What an operator's reader gives: one entry an output. */
export type Read = readonly (Tensor | OnnxValue | undefined)[];

/** Turns one ONNX node into tensors. */
export type Reader = (node: ReadNode) => Read;

/** What a reader may ask beside its node. */
export interface ReadEnvironment {
  /** The version of the standard operators in the file. */
  readonly opset: number;
  /** Whether batch normalisation uses the batch's statistics, and updates the running ones. */
  readonly training: boolean;
  /** Gives the next value of the state that input `name` of the file holds. */
  update(name: string, value: Tensor): void;
  /** Reads a graph inside a node, whose values see those around it; its outputs. */
  inline(graph: GraphProto, inputs: readonly OnnxValue[]): readonly OnnxValue[];
}

/** One ONNX node with its inputs looked up. */
export class ReadNode {
  readonly #attributes: ReadonlyMap<string, AttributeProto>;

  constructor(
    readonly proto: NodeProto,
    /** Undefined where an optional input is left out. */
    readonly inputs: readonly (OnnxValue | undefined)[],
    readonly environment: ReadEnvironment,
  ) {
    this.#attributes = new Map(proto.attribute.map((attribute) => [attribute.name, attribute]));
  }

  /** `Conv "encoder/0/Conv"`, for errors. */
  get label(): string {
    return `${this.proto.opType} "${this.proto.name}"`;
  }

  /** The version of the standard operators in the file. */
  get opset(): number {
    return this.environment.opset;
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

  /** All inputs. @throws LimbeckError `corrupt-onnx` where there are none, or one is left out */
  all(): OnnxValue[] {
    return Array.from({ length: Math.max(1, this.inputs.length) }, (_, i) => this.value(i));
  }

  /** Input `index` as sizes that are known. @throws LimbeckError `unknown-operator` where they are not */
  sizes(index: number): readonly Dim[] {
    const { sizes } = this.value(index);
    return sizes ?? this.refuse(`input ${index} computed from data`);
  }

  /** Input `index` as whole numbers of the file. @throws LimbeckError `unknown-operator` where they are computed */
  numbers(index: number): number[] {
    const { host } = this.value(index);
    if (host !== undefined) return wholesOf(host);
    return this.sizes(index).map((size) =>
      typeof size === 'number' ? size : this.refuse(`input ${index} of size ${size}`),
    );
  }

  /** Input `index` as one number of the file; `fallback` where it is left out. */
  number(index: number, fallback: number): number {
    if (!this.has(index)) return fallback;
    const [number] = this.numbers(index);
    return number ?? this.refuse(`an empty input ${index}`);
  }

  /** Whether input `index` is there. */
  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  /** Axes that older files give as an attribute and newer ones as input `index`; undefined for neither. */
  axes(index: number, rank: number, name = 'axes'): number[] | undefined {
    const given = this.has(index) ? this.numbers(index) : this.ints(name);
    return given?.map((axis) => this.inRank(axis, rank));
  }

  /** An attribute that names an axis, counted from the front. @throws LimbeckError `corrupt-onnx` */
  axis(fallback: number, rank: number, name = 'axis'): number {
    return this.inRank(this.int(name, fallback), rank);
  }

  /** An axis counted from the front. @throws LimbeckError `corrupt-onnx` */
  inRank(axis: number, rank: number): number {
    const front = axis < 0 ? axis + rank : axis;
    if (front >= 0 && front < rank) return front;
    throw corrupt('fromOnnx', `${this.label} with axis ${axis} of ${rank}`);
  }

  /** Whether an attribute is there. */
  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
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

  /** An attribute of type FLOATS. */
  floats(name: string): number[] | undefined {
    return this.#attributes.get(name)?.floats;
  }

  /** An attribute of type TENSOR. */
  host(name: string): HostTensor | undefined {
    const proto = this.#attributes.get(name)?.t;
    return proto === undefined ? undefined : tensorFromProto(proto);
  }

  /** An attribute of type GRAPH. @throws LimbeckError `corrupt-onnx` where it is missing */
  graph(name: string): GraphProto {
    const graph = this.#attributes.get(name)?.g;
    if (graph === undefined) throw corrupt('fromOnnx', `${this.label} without ${name}`);
    return graph;
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

  /** Refuses an attribute that has another value than the only one known. */
  only(name: string, fallback: string, known: readonly string[]): void {
    const value = this.string(name, fallback);
    if (!known.includes(value)) this.refuse(`${name} ${value}`);
  }
}
