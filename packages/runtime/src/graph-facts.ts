import { decodeModel } from '@limbeck/tensor';

/** What the engine must know of a graph before it runs it. */
export interface GraphFacts {
  /** Whether it holds a product that ends the process when one of its sizes is 0. */
  readonly fusedProducts: boolean;
}

/** Reads {@link GraphFacts} off a file. @throws LimbeckError `corrupt-onnx` */
export function graphFacts(bytes: Uint8Array): GraphFacts {
  const { node } = decodeModel(bytes).graph!;
  return { fusedProducts: node.some(({ opType }) => opType === 'FusedMatMul') };
}
