import type { Dim, DType, HostTensor, Spec } from '@limbeck/core';
import type { Tensor } from './tensor.js';

/** A value inside the interpreter: every dtype in float64, integers exact up to 2^53. Row-major. */
export interface Value {
  /** What an element stands for. */
  readonly dtype: DType;
  /** The sizes, outermost first. */
  readonly shape: readonly number[];
  /** The elements. */
  readonly data: Float64Array;
}

/** An ONNX attribute with its type said: ONNX tells 1 from 1.0. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  /** As {@link Emitter.graph} makes it. */
  | { readonly graph: object };

/** An input that a graph inside a node declares. */
export interface InnerInput {
  /** A name of its own, as {@link Emitter.fresh} gives it. */
  readonly name: string;
  /** What it is. */
  readonly spec: Spec;
}

/** What an operator uses to write itself as ONNX nodes. */
export interface Emitter {
  /** Names of the operator's inputs and outputs in the file. */
  readonly inputs: readonly string[];
  /** Names of the operator's outputs in the file. */
  readonly outputs: readonly string[];
  /** Dtypes and shapes of the inputs. */
  readonly inputSpecs: readonly Spec[];
  /** Dtypes and shapes of the outputs. */
  readonly outputSpecs: readonly Spec[];
  /** Whether only operators of the ONNX standard may be written. */
  readonly portable: boolean;
  /** Whether anything reads output `index`; one that nobody reads need not be written. */
  used(index: number): boolean;
  /** Writes one node; `domain` is '' for the standard. */
  node(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: { readonly [name: string]: OnnxAttribute },
    domain?: string,
  ): void;
  /** A name for a value in between. */
  fresh(): string;
  /** The name of an initialiser with these values; equal ones are shared. */
  constant(value: HostTensor): string;
  /** The name of an int64 vector that holds this shape at run time. */
  shape(shape: readonly Dim[]): string;
  /**
   * A graph inside this node.
   *
   * @param results - what it computes
   * @param given - the names under which its inputs stand, in this graph or around it
   * @param formal - those that it declares itself
   */
  graph(
    results: readonly Tensor[],
    given: ReadonlyMap<Tensor, string>,
    formal?: readonly InnerInput[],
  ): OnnxAttribute;
  /**
   * A graph inside this node whose nodes are written one by one.
   *
   * @param specs - of what it gives
   * @param write - writes its nodes, and says under which names its results stand
   */
  block(specs: readonly Spec[], write: (inner: Emitter) => readonly string[]): OnnxAttribute;
}

/** What a gradient rule is given. */
export interface GradientArguments<Attributes> {
  /** What the operator was applied to. */
  readonly inputs: readonly Tensor[];
  /** What came out. */
  readonly outputs: readonly Tensor[];
  /** Gradients of the loss by each output; undefined where none flows. */
  readonly upstream: readonly (Tensor | undefined)[];
  /** How it was applied. */
  readonly attributes: Attributes;
}

/** Everything the house knows about one operator, in one place. */
export interface Operator<Attributes extends object = object> {
  /** The name that errors and scopes use, such as `matmul`. */
  readonly name: string;
  /**
   * What a runtime may run instead, outside the graph, where this stands at its edge: a loop that is equal to the bit.
   */
  readonly kernel?: string;
  /** Checks the inputs and says what comes out. @throws LimbeckError `shape-mismatch`, `dtype-mismatch` */
  infer(inputs: readonly Spec[], attributes: Attributes): readonly Spec[];
  /**
   * How many of the inputs, from the first, the value depends on; the others matter to the gradient alone and are
   * neither computed nor written. Without it, all.
   */
  readonly forwardInputs?: (attributes: Attributes) => number;
  /**
   * Whether its outputs are its first inputs, unchanged: it matters to gradients alone, and {@link simplify} leaves it
   * out.
   */
  readonly transparent?: boolean;
  /** Whether its attributes hold functions or graphs: two uses are then the same only if they share them. */
  readonly opaque?: boolean;
  /** Computes in float64, plainly; `dim` gives the number that a size stands for. */
  evaluate(
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: readonly { readonly dtype: DType; readonly shape: readonly number[] }[],
    dim: (dim: Dim) => number,
  ): readonly Float64Array[];
  /** Gradients by each input as expressions; undefined where none flows. A string says why there is no rule. */
  readonly gradient:
    | ((given: GradientArguments<Attributes>) => readonly (Tensor | undefined)[])
    | string;
  /** Writes ONNX nodes. */
  lower(emit: Emitter, attributes: Attributes): void;
}

/** One use of an operator: immutable. */
export interface Node {
  /** What is computed. */
  readonly operator: Operator<never>;
  /** Of what. */
  readonly inputs: readonly Tensor[];
  /** How: numbers and axes that are known while the graph is built. */
  readonly attributes: object;
  /** Dtypes and shapes of what comes out. */
  readonly outputs: readonly Spec[];
  /** Where in the model it stands, such as `encoder/0/attention`. */
  readonly scope: string;
}
