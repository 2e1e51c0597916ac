import { kernelBytes } from './gen/kernel-bytes.js';

/** The loops, compiled from `kernels/`: pointers are offsets into the memory that they were made for. */
export interface Kernels {
  /** One step of Adam over n numbers; a next value may lie where the value does. */
  adam(
    n: number,
    theta: number,
    first: number,
    second: number,
    gradient: number,
    nextTheta: number,
    nextFirst: number,
    nextSecond: number,
    size: number,
    tiny: number,
    shrink: number,
    factor: number,
    coupled: number,
    beta1: number,
    beta2: number,
  ): void;
  /** One step of plain gradient descent. */
  sgd(
    n: number,
    theta: number,
    gradient: number,
    nextTheta: number,
    rate: number,
    factor: number,
    coupled: number,
  ): void;
  /** One step with momentum. */
  momentumSgd(
    n: number,
    theta: number,
    gradient: number,
    velocity: number,
    nextTheta: number,
    nextVelocity: number,
    rate: number,
    factor: number,
    coupled: number,
    momentum: number,
    nesterov: boolean,
  ): void;
  /** a + taken · (θ − a). */
  movingAverage(n: number, average: number, latest: number, next: number, taken: number): void;
  /** Adds squares to 16 float64 sums, behind which 16 more are free for use. */
  addSquares(n: number, from: number, sums: number): void;
  /** Rows added up in a table of zeros; 0 if an index lies outside of it. */
  addRows(
    count: number,
    rows: number,
    width: number,
    updates: number,
    indices: number,
    narrow: boolean,
    table: number,
  ): number;
}

/** The operators' kernels that {@link Kernels} computes. */
export const kernelNames: readonly string[] = [
  'adam',
  'gradientNorm',
  'movingAverage',
  'scatterAddRows',
  'sgd',
];

let compiled: WebAssembly.Module | undefined;

function module(): WebAssembly.Module {
  // Two kilobytes: compiled at once wherever this runs.
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(kernelBytes), (character) => character.charCodeAt(0)),
  );
  return compiled;
}

/** Whether this machine runs the loops: WebAssembly with 128 bit vectors. */
export function hasKernels(): boolean {
  try {
    return typeof WebAssembly === 'object' && module() instanceof WebAssembly.Module;
  } catch {
    // An engine without vectors refuses to compile them: updates then stay in the graph.
    return false;
  }
}

/** The loops over a memory. */
export function kernelsOver(memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module(), { env: { memory } }).exports as unknown as Kernels;
}
