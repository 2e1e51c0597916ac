import { type HostTensor, LimbeckError } from '@limbeck/core';
import { input } from '../functions.js';
import type { Tensor } from '../tensor.js';
import { type GraphFile, type GraphFileOptions, openGraph } from './graph-file.js';
import { readGraph, type ReadResult } from './read-graph.js';
import { corrupt } from './wire.js';

/** A graph that was read from an ONNX file. */
export interface OnnxImport {
  /** What must be fed, beside the parameters and the state: the tensors, which are also their specs. */
  readonly inputs: { readonly [name: string]: Tensor };
  /** Expressions by the names that the file gives its outputs. */
  readonly outputs: { readonly [name: string]: Tensor };
  /**
   * The values of the floating-point initialisers of at least one axis that the graph uses, by a name that stays the
   * same when the model is exported again: the file's own, or, where that is anonymous, the path of the node that
   * uses it and its role there. Each is an input of this name: feed it, train it, or give it to `toOnnx` as an initialiser.
   */
  readonly parameters: { readonly [name: string]: HostTensor };
  /** The tensors of the parameters, for gradients by them. */
  readonly parameterTensors: { readonly [name: string]: Tensor };
  /** The running statistics of batch normalisation, which are inputs too. */
  readonly state: { readonly [name: string]: HostTensor };
  /** What the file calls each parameter and each part of the state. */
  readonly fileNames: { readonly [name: string]: string };
  /** The names of all taps: each node's path, with `:1` and so on behind it for outputs after the first. */
  readonly taps: readonly string[];
  /**
   * The value at a node's output, by its tap or by the file's name for the value.
   * @throws LimbeckError `unknown-name`
   */
  tap(name: string): Tensor;
}

/** Options of {@link fromOnnx}. */
export type FromOnnxOptions = GraphFileOptions;

/**
 * Reads an ONNX file back into expressions that can be evaluated, differentiated, changed and written again. What
 * computes shapes comes back as named sizes.
 *
 * @param bytes - the whole file
 * @throws LimbeckError `unknown-operator` that lists all operators without a reader and how often each occurs;
 * `corrupt-onnx` if the bytes do not hold together, a value is missing or made twice, or the graph has a cycle;
 * `data-missing` if weights are in another file and `readExternal` is not given; `invalid-data` for anything that is not
 * a Uint8Array
 * @example
 * ```ts
 * import { fromOnnx, input, interpret, toOnnx } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: ['batch', 2] });
 * const { inputs, outputs } = fromOnnx(toOnnx({ y: x.mul(3).sum(-1) }).bytes);
 * const feeds = { x: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) } } as const;
 * console.log(Object.keys(inputs), interpret(outputs, feeds).y?.data[0]); // [ 'x' ] 9
 * ```
 */
export function fromOnnx(bytes: Uint8Array, options: FromOnnxOptions = {}): OnnxImport {
  const file = openGraph(bytes, options);
  const inputs = Object.fromEntries(
    [...file.inputs].map(([name, spec]) => [name, input(name, spec)]),
  );
  const fed = fedTensors(file);
  const read = readGraph(file, {
    inputs,
    parameter: (path) => fed.get(path)!,
    state: (path) => fed.get(path)!,
    tap: (_name, value) => value,
    training: false,
  });
  const outputs = outputsOf(file, read);
  const used = [...file.initialisers].filter(([, { path }]) => read.used.has(path));
  const hosts = (kind: string): { [name: string]: HostTensor } =>
    Object.fromEntries(
      used.filter(([, own]) => own.kind === kind).map(([, { path, host }]) => [path, host]),
    );
  const parameters = hosts('parameter');
  return {
    inputs,
    outputs,
    parameters,
    parameterTensors: Object.fromEntries(
      Object.keys(parameters).map((path) => [path, fed.get(path)!]),
    ),
    state: hosts('state'),
    fileNames: Object.fromEntries(used.map(([name, { path }]) => [path, name])),
    taps: [...read.taps.keys()],
    tap: (name) => tapOf(read, name),
  };
}

function fedTensors(file: GraphFile): Map<string, Tensor> {
  return new Map(
    [...file.initialisers.values()]
      .filter(({ kind }) => kind !== 'constant')
      .map(({ path, host: { dtype, shape } }) => [path, input(path, { dtype, shape })]),
  );
}

/** The outputs of a file. @throws LimbeckError `corrupt-onnx` for one that nothing makes */
export function outputsOf(file: GraphFile, read: ReadResult): { [name: string]: Tensor } {
  return Object.fromEntries(
    file.graph.output.map(({ name }): [string, Tensor] => {
      const value = read.value(name);
      if (value === undefined) {
        throw corrupt('fromOnnx', `the output "${name}", which nothing makes`);
      }
      return [name, value.tensor];
    }),
  );
}

/** The value at a tap, or of a name in the file. @throws LimbeckError `unknown-name` */
export function tapOf(read: ReadResult, name: string): Tensor {
  const value = read.taps.get(name) ?? read.value(name);
  if (value !== undefined) return value.tensor;
  throw new LimbeckError('unknown-name', {
    where: 'fromOnnx',
    given: `the tap "${name}"`,
    expected: `one of ${[...read.taps.keys()].join(', ') || 'no taps: the graph has no nodes'}`,
    next: 'Use the path of a node, or the name of a value in the file.',
  });
}
