import { hostTensor, type HostTensor, Rng } from '@limbeck/core';
import { expect } from 'vitest';

/** Three labels, where their number does not matter. */
export const labels = ['cat', 'dog', 'frog'];

/** As many labels as CIFAR-10 has. */
export const ten = Array.from({ length: 10 }, (_, i) => `class ${i}`);

/** Random square images of three channels. */
export function images(batch: number, size: number, seed = 3): { readonly pixels: HostTensor } {
  const rng = Rng.from(seed);
  const data = Float32Array.from({ length: batch * 3 * size * size }, () => rng.normal());
  return { pixels: hostTensor('float32', [batch, 3, size, size], data) };
}

/** An error about an option. */
export const refused = (given: string): Error =>
  expect.objectContaining({ code: 'invalid-option', given }) as Error;
