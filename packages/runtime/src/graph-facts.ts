import { LimbeckError } from '@limbeck/core';
import { decodeModel, type OnnxGraph } from '@limbeck/tensor';

/** What the engine must know of a graph before it runs it. */
export interface GraphFacts {
  /**
   * Whether it holds batched matrix products. Where one of their sizes is 0, ONNX Runtime leaves the result unwritten,
   * refuses to broadcast, or ends the process with SIGFPE; its optimiser makes fused products of plain ones, too.
   */
  readonly batchedProducts: boolean;
}

const products = new Set(['MatMul', 'FusedMatMul']);

/** Reads {@link GraphFacts} off a file. @throws LimbeckError `corrupt-onnx` */
export function graphFacts(bytes: Uint8Array): GraphFacts {
  const { node } = decodeModel(bytes).graph!;
  return { batchedProducts: node.some(({ opType }) => products.has(opType)) };
}

/** The file in what an engine is asked to load. @throws LimbeckError `invalid-data` for anything else */
export function bytesOf(graph: Uint8Array | OnnxGraph): Uint8Array {
  const given: unknown = graph;
  const bytes =
    given instanceof Uint8Array ? given : (given as Partial<OnnxGraph> | null | undefined)?.bytes;
  if (bytes instanceof Uint8Array) return bytes;
  throw new LimbeckError('invalid-data', {
    where: 'load',
    given: typeof given === 'string' ? 'a string' : String(given),
    expected: 'the bytes of an ONNX file as a Uint8Array, or what toOnnx gives',
    next: 'Read a file first: await readFile(path).',
  });
}
