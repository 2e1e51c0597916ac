import {
  type HostTensor,
  type JsonObject,
  LimbeckError,
  type Spec,
  type Specs,
} from '@limbeck/core';
import { sameDim, showShape } from '../dims.js';
import { input } from '../functions.js';
import type { Model } from '../model.js';
import { inScope } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { cutGraph } from './cut-graph.js';
import { tapOf } from './from-onnx.js';
import { type GraphFile, type GraphFileOptions, openGraph } from './graph-file.js';
import { readGraph, type ReadResult } from './read-graph.js';

/** Tensors by name: the inputs and outputs of a graph have no deeper tree. */
export type NamedTensors = { readonly [name: string]: Tensor };

/** Options of {@link modelFromOnnx}. */
export interface ModelFromOnnxOptions<In, Out> extends GraphFileOptions {
  /** The file's names of what the model takes, by the model's own. @defaultValue the inputs it needs by their names */
  readonly inputs?: { readonly [K in keyof In]: string };
  /**
   * The file's outputs, taps or values that the model gives, by the model's own names; what none of them needs, such as
   * a head, is no part of the model.
   * @defaultValue the file's outputs by their names
   */
  readonly outputs?: { readonly [K in keyof Out]: string };
}

/** A model that was read from an ONNX file; parameters and state are flat, by their stable names. */
export interface OnnxModel<In extends NamedTensors, Out extends NamedTensors> extends Model<
  In,
  Out,
  NamedTensors,
  NamedTensors
> {
  /** What the file calls each parameter and each part of the state. */
  readonly fileNames: { readonly [path: string]: string };
  /** The names of all taps: each node's path, with `:1` and so on behind it for outputs after the first. */
  readonly taps: readonly string[];
}

/**
 * An ONNX file as a {@link Model}: it can be evaluated, tapped at every node, fine-tuned, adapted and exported again.
 * In training batch normalisation uses the batch's statistics and moves the running ones, which are state; dropout, which
 * exporters leave out, stays out. `init` gives the file's values whatever it is given.
 *
 * @param bytes - the whole file
 * @throws LimbeckError as {@link fromOnnx}, and `unknown-name` for inputs and outputs that the file does not have or an
 * input that it needs and `inputs` leaves out; when applied `shape-mismatch` or `dtype-mismatch` for inputs that do not fit
 * @example
 * ```ts
 * import { createContext, input, modelFromOnnx, type Tensor, toOnnx } from '@limbeck/tensor';
 *
 * const x = input('pixels', { dtype: 'float32', shape: ['batch', 2] });
 * const { bytes } = toOnnx({ scores: x.mul(3).softmax() });
 * const model = modelFromOnnx<{ image: Tensor }, { probabilities: Tensor }>(bytes, {
 *   inputs: { image: 'pixels' },
 *   outputs: { probabilities: 'scores' },
 * });
 * const image = input('image', { dtype: 'float32', shape: [8, 2] });
 * const context = createContext({ training: false });
 * const { outputs } = model.apply({ parameters: {}, state: {}, inputs: { image }, context });
 * console.log(outputs.probabilities.shape); // [ 8, 2 ]
 * ```
 */
export function modelFromOnnx<In extends NamedTensors, Out extends NamedTensors>(
  bytes: Uint8Array,
  options: ModelFromOnnxOptions<In, Out> = {},
): OnnxModel<In, Out> {
  const whole = openGraph(bytes, options);
  const outputNames: { readonly [own: string]: string } =
    options.outputs ?? Object.fromEntries(whole.graph.output.map(({ name }) => [name, name]));
  const { file, values, inputs: needed } = cutGraph(whole, Object.values(outputNames));
  const inputNames = inputNamesOf(file, needed, options.inputs);
  const trial = trialOf(file);
  // Asked for here, so that what only they need counts as used.
  for (const name of values) tapOf(trial, name);
  const used = [...file.initialisers].filter(([, { path }]) => trial.used.has(path));
  const hosts = (wanted: string): { [path: string]: HostTensor } =>
    Object.fromEntries(
      used
        .filter(([, { kind }]) => kind === wanted)
        .map(([, { path, host }]) => [path, { ...host, data: host.data.slice() }]),
    );
  return {
    config: configOf(file, inputNames, outputNames),
    inputs: Object.fromEntries(
      Object.entries(inputNames).map(([own, name]) => [own, file.inputs.get(name)!]),
    ) as unknown as Specs<In>,
    fileNames: Object.fromEntries(used.map(([name, { path }]) => [path, name])),
    taps: [...trial.taps.keys()],
    init: () => ({ parameters: hosts('parameter'), state: hosts('state') }),
    apply: ({ parameters, state, inputs, context }) => {
      checkInputs(file, inputNames, inputs);
      const read = readGraph(file, {
        inputs: Object.fromEntries(
          Object.entries(inputNames).map(([own, name]) => [name, inputs[own]!]),
        ),
        parameter: (path) => parameters[path] ?? absent('parameter', path),
        state: (path) => state[path] ?? absent('part of the state', path),
        tap: (name, value) => context.tap(name, value),
        training: context.training,
      });
      const outputs = Object.keys(outputNames).map((own, i): [string, Tensor] => [
        own,
        tapOf(read, values[i]!),
      ]);
      return {
        outputs: Object.fromEntries(outputs) as Out,
        state: { ...state, ...Object.fromEntries(read.updates) },
      };
    },
  };
}

/** The graph read once on inputs of its own: what it uses, and that it can be read. */
function trialOf(file: GraphFile): ReadResult {
  const fed = new Map(
    [...file.initialisers.values()].map(({ path, host: { dtype, shape } }) => [
      path,
      { dtype, shape },
    ]),
  );
  const made = (path: string): Tensor => input(path, fed.get(path)!);
  return inScope('', () =>
    readGraph(file, {
      inputs: Object.fromEntries([...file.inputs].map(([name, spec]) => [name, input(name, spec)])),
      parameter: made,
      state: made,
      tap: (_name, value) => value,
      training: false,
    }),
  );
}

/** The file's inputs by the model's names: all that are needed. @throws LimbeckError `unknown-name` */
function inputNamesOf(
  file: GraphFile,
  needed: ReadonlySet<string>,
  given: { readonly [own: string]: string } | undefined,
): { readonly [own: string]: string } {
  const all = [...file.inputs.keys()];
  if (given === undefined) return Object.fromEntries([...needed].map((name) => [name, name]));
  const named: readonly string[] = Object.values(given);
  const unknown = named.find((name) => !file.inputs.has(name));
  const left = [...needed].find((name) => !named.includes(name));
  if (unknown === undefined && left === undefined) return given;
  throw new LimbeckError('unknown-name', {
    where: 'modelFromOnnx, inputs',
    given: unknown === undefined ? `nothing for the input "${left}"` : `the input "${unknown}"`,
    expected: `inputs among ${all.join(', ') || 'none'}, and each of ${[...needed].join(', ') || 'none'}`,
    next: 'Name every input that the outputs need once.',
  });
}

function configOf(
  file: GraphFile,
  inputs: { readonly [own: string]: string },
  outputs: { readonly [own: string]: string },
): JsonObject {
  return { model_type: 'onnx', graph: file.graph.name, opset: file.opset, inputs, outputs };
}

/** @throws LimbeckError `dtype-mismatch`, `shape-mismatch`, `missing-signal` */
function checkInputs(
  file: GraphFile,
  names: { readonly [own: string]: string },
  given: { readonly [own: string]: Tensor },
): void {
  for (const [own, name] of Object.entries(names)) {
    const spec: Spec = file.inputs.get(name)!;
    const tensor = given[own] ?? absent('input', own);
    const isRanked = tensor.shape.length === spec.shape.length;
    const fits =
      isRanked &&
      spec.shape.every((dim, axis) => typeof dim === 'string' || sameDim(dim, tensor.shape[axis]!));
    if (fits && tensor.dtype === spec.dtype) continue;
    throw new LimbeckError(tensor.dtype === spec.dtype ? 'shape-mismatch' : 'dtype-mismatch', {
      where: `modelFromOnnx, input "${own}"`,
      given: `${tensor.dtype} ${showShape(tensor.shape)}`,
      expected: `${spec.dtype} ${showShape(spec.shape)}`,
      next: 'Pass what the file takes; its inputs are in model.inputs.',
    });
  }
}

function absent(what: string, name: string): never {
  throw new LimbeckError('missing-signal', {
    where: 'modelFromOnnx',
    given: `no ${what} "${name}"`,
    expected: 'all that model.init gives and model.inputs names',
    next: 'Pass the whole tree on, also where parts of it are frozen.',
  });
}
