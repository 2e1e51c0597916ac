import { type HostTensor, LimbeckError, type Spec } from '@limbeck/core';
import { checkNamedTensors } from '../check-tensors.js';
import { sameShape, showShape } from '../dims.js';
import { expandComposites } from '../fused/expand-composites.js';
import { namedInputs } from '../graph/bind.js';
import { forwardInputs, topologicalOrder } from '../graph/order.js';
import type { Pass } from '../graph/rewrite.js';
import { simplify } from '../graph/simplify.js';
import type { Tail } from '../graph/tail.js';
import type { InputAttributes } from '../ops/source.js';
import type { Tensor } from '../tensor.js';
import { encodeModel } from './codec.js';
import { ShapeEmitter } from './emit-shapes.js';
import { GraphWriter } from './graph-writer.js';
import { writeHalf } from './half-storage.js';
import { valueInfo, writeCopy, writeNodes } from './write-nodes.js';

/** Options of {@link toOnnx}. */
export interface ToOnnxOptions {
  /** Inputs that become part of the file, by name: the trained weights. */
  readonly initialisers?: { readonly [input: string]: HostTensor };
  /**
   * How float32 initialisers are kept in the file: as float16 they take half of the bytes, rounded to 11 bits, and are
   * float32 again once the file is loaded. @defaultValue 'float32'
   */
  readonly storage?: 'float32' | 'float16';
  /** Whether only operators of the ONNX standard may be used, as a file that others load should. @defaultValue false */
  readonly portable?: boolean;
  /** What {@link simplify} does first. @defaultValue all of it */
  readonly passes?: readonly Pass[];
  /** The graph's name. @defaultValue 'limbeck' */
  readonly name?: string;
  /** Key and value pairs that the file carries. */
  readonly metadata?: { readonly [key: string]: string };
  /** Inputs that the file has whether they are used or not, in this order and first. */
  readonly inputs?: { readonly [name: string]: Spec };
}

/** A graph as an ONNX file. */
export interface OnnxGraph {
  /** The file: opset 21, IR version 10. */
  readonly bytes: Uint8Array;
  /** What must be fed, by name. */
  readonly inputs: { readonly [name: string]: Spec };
  /** What comes out, by name. */
  readonly outputs: { readonly [name: string]: Spec };
  /** How many ONNX nodes it has. */
  readonly nodeCount: number;
  /** What runs after it, outside of the file, if {@link splitTail} took something out. */
  readonly tail?: Tail;
}

const opset = 21n;
const irVersion = 10n;

/**
 * Writes a graph as ONNX, after {@link simplify}.
 *
 * An initialiser that the graph does not use is left out.
 *
 * @param outputs - tensors by the names they have in the file
 * @throws LimbeckError `unknown-name` if a size cannot be read off an input; `duplicate-name` if an output has the name
 * of an input that it is not; `invalid-data` for one that is no tensor;
 * `shape-mismatch`, `dtype-mismatch` if an initialiser is not what its input is; `invalid-data` if one is to be kept as
 * float16 and does not fit
 */
export function toOnnx(
  outputs: { readonly [name: string]: Tensor },
  options: ToOnnxOptions = {},
): OnnxGraph {
  checkNamedTensors('toOnnx', outputs, 'output');
  const { initialisers = {}, portable = false, name = 'limbeck', metadata = {} } = options;
  const simple = simplify(portable ? expandComposites(outputs) : outputs, options.passes);
  const order = topologicalOrder(Object.values(simple), forwardInputs);
  const found = namedInputs(order);
  const inputs = new Map([...Object.entries(options.inputs ?? {}), ...found]);
  checkInitialisers(initialisers, inputs);
  checkOutputs(simple, inputs);
  const fed = new Map([...inputs].filter(([input]) => initialisers[input] === undefined));
  const writer = new GraphWriter([...inputs.keys(), ...Object.keys(simple)]);
  const shapes = new ShapeEmitter(writer, fed);
  for (const [input, value] of Object.entries(initialisers)) {
    if (!found.has(input)) continue;
    if (options.storage === 'float16' && value.dtype === 'float32') writeHalf(writer, input, value);
    else writer.initialiser(input, value);
  }
  const names = writeNodes(order, simple, { writer, shapes, portable });
  for (const [output, tensor] of Object.entries(simple)) {
    const from = names.get(tensor.node)![tensor.index]!;
    if (from !== output) writeCopy(from, output, tensor, writer);
  }
  const outputSpecs = Object.fromEntries(
    Object.entries(simple).map(([output, { dtype, shape }]) => [output, { dtype, shape }]),
  );
  const bytes = encodeModel({
    irVersion,
    producerName: 'limbeck',
    opsetImport: [...writer.domains].map((domain) => ({
      domain,
      version: domain === '' ? opset : 1n,
    })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name,
      node: writer.nodes,
      initializer: writer.initialisers,
      input: [...fed].map(([input, spec]) => valueInfo(input, spec)),
      output: Object.entries(outputSpecs).map(([output, spec]) => valueInfo(output, spec)),
    },
  });
  return {
    bytes,
    inputs: Object.fromEntries(fed),
    outputs: outputSpecs,
    nodeCount: writer.nodes.length,
  };
}

/** An output may bear an input's name only if it is that input: a file has one value a name. */
function checkOutputs(
  outputs: { readonly [name: string]: Tensor },
  inputs: ReadonlyMap<string, Spec>,
): void {
  for (const [name, { node }] of Object.entries(outputs)) {
    const same =
      node.operator.name === 'input' && (node.attributes as InputAttributes).name === name;
    if (!inputs.has(name) || same) continue;
    throw new LimbeckError('duplicate-name', {
      where: 'toOnnx',
      given: `an output named "${name}", as an input is`,
      expected: 'names that inputs and outputs do not share',
      next: `Call the output "next/${name}", for example.`,
    });
  }
}

function checkInitialisers(
  initialisers: { readonly [input: string]: HostTensor },
  inputs: ReadonlyMap<string, Spec>,
): void {
  for (const [name, value] of Object.entries(initialisers)) {
    const spec = inputs.get(name);
    if (spec === undefined) continue;
    if (spec.dtype === value.dtype && sameShape(spec.shape, value.shape)) continue;
    throw new LimbeckError(spec.dtype === value.dtype ? 'shape-mismatch' : 'dtype-mismatch', {
      where: `toOnnx, initialiser "${name}"`,
      given: `${value.dtype} ${showShape(value.shape)}`,
      expected: `${spec.dtype} ${showShape(spec.shape)}`,
      next: 'Pass the values that belong to this input.',
    });
  }
}
