import { decodeModel } from '@limbeck/tensor';

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
