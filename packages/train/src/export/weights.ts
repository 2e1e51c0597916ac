import { type HostTensor, sizeOf } from '@limbeck/core';
import { sha256 } from '../checkpoint.js';
import type { FlatState } from '../state-tree.js';

/** How many numbers are in the values. */
export function countValues(values: FlatState): number {
  return Object.values(values).reduce((total, { shape }) => total + sizeOf(shape), 0);
}

/** A tensor's bytes in memory, little-endian. */
export function bytesOf({ data }: HostTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * The sha256 of weights, in lower-case hexadecimal: over path, dtype, shape and bytes of each value, in the order of
 * the paths. The same weights have the same hash in whatever file they lie.
 */
export async function weightsSha256(values: FlatState): Promise<string> {
  const encoder = new TextEncoder();
  const parts = Object.keys(values)
    .sort()
    .flatMap((path) => {
      const value = values[path]!;
      const head = encoder.encode(`${JSON.stringify([path, value.dtype, value.shape])}\n`);
      return [head, bytesOf(value)];
    });
  const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return sha256(all);
}
