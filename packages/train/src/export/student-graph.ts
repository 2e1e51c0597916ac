import { LimbeckError, type Spec } from '@limbeck/core';
import { input, type OnnxGraph, type Tensor, toOnnx } from '@limbeck/tensor';
import type { Shippable } from '../program.js';
import { rowAxes, type StorageOptions, type StoredWeight, storeWeights } from './store-weights.js';

/** Under which names a student's file offers what the model takes and gives. */
export interface FileNames {
  /** The file's inputs, each with the path of the model's input that it becomes. */
  readonly inputs: { readonly [fileInput: string]: string };
  /** The file's outputs, each with the path of the model's output that it is. */
  readonly outputs: { readonly [fileOutput: string]: string };
}

/** What transformers.js feeds and reads of a text classifier, and what the byte models of `@limbeck/nn` call it. */
export const textClassifierNames: FileNames = {
  inputs: { input_ids: 'ids', attention_mask: 'mask' },
  outputs: { logits: 'logits' },
};

/** Names of sizes in the file: `tokens` is what other tools expect. */
function renamed({ dtype, shape }: Spec): Spec {
  return { dtype, shape: shape.map((dim) => (dim === 'bytes' ? 'tokens' : dim)) };
}

interface Built {
  readonly inputs: { readonly [fileInput: string]: Spec };
  readonly outputs: { readonly [fileOutput: string]: Tensor };
}

function build(student: Shippable, names: FileNames): Built {
  const inputs: { [fileInput: string]: Spec } = {};
  const given: { [path: string]: Tensor } = {};
  for (const [fileInput, path] of Object.entries(names.inputs)) {
    const spec = student.inputs[path];
    if (spec === undefined) throw unknown('input', path, Object.keys(student.inputs));
    inputs[fileInput] = renamed(spec);
    given[path] = input(fileInput, inputs[fileInput]);
  }
  const left = Object.keys(student.inputs).find((path) => given[path] === undefined);
  if (left !== undefined) {
    throw new LimbeckError('missing-signal', {
      where: 'export, names.inputs',
      given: `no file input for the model's "${left}"`,
      expected: 'one for each of the model’s inputs',
      next: `Add it, such as { ${left}: '${left}' }.`,
    });
  }
  const values = Object.fromEntries(
    Object.keys(student.values).map((path) => [path, valueInput(student, path)]),
  );
  const made = student.build(values, given);
  const outputs = Object.entries(names.outputs).map(([fileOutput, path]) => {
    const tensor = made[path];
    if (tensor === undefined) throw unknown('output', path, Object.keys(made));
    return [fileOutput, tensor] as const;
  });
  return { inputs, outputs: Object.fromEntries(outputs) };
}

function unknown(kind: string, path: string, known: readonly string[]): LimbeckError {
  return new LimbeckError('unknown-name', {
    where: `export, names.${kind}s`,
    given: `the model's ${kind} "${path}"`,
    expected: `one of ${known.join(', ')}`,
    next: `Map the file's ${kind}s to paths that the model has.`,
  });
}

function valueInput(student: Shippable, path: string): Tensor {
  const { dtype, shape } = student.values[path]!;
  return input(path, { dtype, shape });
}

/** The trainer's own forward graph: parameters are inputs, and fused operators may stand in it. */
export function trainerGraph(student: Shippable, names: FileNames): OnnxGraph {
  const { inputs, outputs } = build(student, names);
  return toOnnx(outputs, { inputs });
}

/** Along which axis each value has the rows that are stored in blocks. */
export function valueAxes(student: Shippable, names: FileNames): ReadonlyMap<string, 0 | 1> {
  return rowAxes(build(student, names).outputs);
}

/** The file that ships: standard operators, weights inside. */
export function studentGraph(student: Shippable, names: FileNames): OnnxGraph {
  const { inputs, outputs } = build(student, names);
  const initialisers = student.values;
  return toOnnx(outputs, { portable: true, initialisers, inputs, name: 'student' });
}

/** The same with some values stored in fewer bits. */
export function storedGraph(
  student: Shippable,
  names: FileNames,
  stored: ReadonlyMap<string, StoredWeight>,
  options: StorageOptions,
): OnnxGraph {
  const { inputs, outputs } = build(student, names);
  const initialisers = Object.fromEntries(
    Object.entries(student.values).filter(([path]) => !stored.has(path)),
  );
  const small = storeWeights(outputs, stored, options);
  return toOnnx(small, { portable: true, initialisers, inputs, name: 'student' });
}
