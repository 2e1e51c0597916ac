import { checkWhole, type HostTree, type Rng } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import { type Initialiser, kaimingNormal, zeros } from './initialisers.js';

/** A convolution's weight `[out, in, kernel]` and bias `[out]`. */
export type Conv1dParameters = {
  /** `[out, in, kernel]`. */
  readonly weight: Tensor;
  /** `[out]`. */
  readonly bias: Tensor;
};

/** Sizes of {@link conv1dParameters}. */
export interface Conv1dSizes {
  /** Channels that come in. */
  readonly inputs: number;
  /** Channels that come out. */
  readonly outputs: number;
  /** How many positions a window sees. */
  readonly kernel: number;
}

/** How {@link conv1d} moves. */
export interface Conv1dOptions {
  /** How far from window to window. @defaultValue 1 */
  readonly stride?: number;
  /** Zeros before and after, so that windows reach over the ends. @defaultValue [0, 0] */
  readonly pad?: readonly [before: number, after: number];
}

/** Fresh parameters of {@link conv1d}. @throws LimbeckError `invalid-option` */
export function conv1dParameters(
  rng: Rng,
  sizes: Conv1dSizes,
  weight: Initialiser = kaimingNormal,
): HostTree<Conv1dParameters> {
  const { inputs, outputs, kernel } = sizes;
  checkWhole('conv1dParameters', { inputs, outputs, kernel }, 1, 'Pass sizes of at least 1.');
  return {
    weight: weight(rng.stream('weight'), [outputs, inputs, kernel]),
    bias: zeros(rng, [outputs]),
  };
}

/**
 * Cross-correlation over the last axis, and the bias: `[batch, in, length]` to `[batch, out, positions]`, where
 * positions = ⌊(before + length + after − kernel) / stride⌋ + 1.
 *
 * @throws LimbeckError `invalid-option`, `shape-mismatch`
 */
export function conv1d(
  parameters: Conv1dParameters,
  x: Tensor,
  options: Conv1dOptions = {},
): Tensor {
  const { stride = 1, pad = [0, 0] } = options;
  checkWhole('conv1d', { stride }, 1, 'Use 1 for every position.');
  const [before, after] = pad;
  const padded = before === 0 && after === 0 ? x : x.pad(2, before, after);
  const { weight, bias } = parameters;
  return padded.conv1d(weight, { stride }).add(bias.reshape([...bias.shape, 1]));
}

/** The padding with which a window stands around every position, short texts included. */
export function aroundEach(kernel: number): readonly [before: number, after: number] {
  const before = Math.floor((kernel - 1) / 2);
  return [before, kernel - 1 - before];
}
