import type { HostTensor, Spec } from '@limbeck/core';
import type { HostTensors } from './engine.js';

/** What a binding of ONNX Runtime must offer; everything above it is shared between bindings. */
export interface Session {
  /** What the graph takes, by name. */
  readonly inputs: { readonly [name: string]: Spec };
  /** What it computes, by name. */
  readonly outputs: { readonly [name: string]: Spec };
  /**
   * Runs the graph.
   *
   * @param feeds - a checked value for every input
   * @param into - the outputs wanted: each with the tensor to write it into, or undefined for a new one
   * @returns the outputs wanted; those with a tensor of their own may be left out
   */
  run(
    feeds: HostTensors,
    into: { readonly [output: string]: HostTensor | undefined },
  ): Promise<HostTensors>;
  /** Frees what the session holds. */
  release(): Promise<void>;
}
