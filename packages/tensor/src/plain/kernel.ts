import type { Dim } from '@limbeck/core';
import type { Node } from '../operator.js';
import type { PlainValue } from './store.js';

/**
 * Computes one node. The arrays of the outputs are there and hold anything: every element is to be written.
 *
 * @param dim - the number that a size stands for
 */
export type PlainKernel = (
  inputs: readonly PlainValue[],
  outputs: readonly PlainValue[],
  dim: (size: Dim) => number,
) => void;

/**
 * Makes a node's kernel, or nothing for a use that the reference interpreter is to compute.
 *
 * @param known - the inputs that are the same in every run, by their index
 */
export type KernelMaker = (
  node: Node,
  known: readonly (PlainValue | undefined)[],
) => PlainKernel | undefined;

/** Makers by the operator's name. */
export type KernelMakers = { readonly [operator: string]: KernelMaker };
