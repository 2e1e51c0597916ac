import { allocate, type HostTensor, leaves, LimbeckError, mapTree } from '@limbeck/core';
import type { HostSignals } from '../host-signals.js';

/** How many rows all signals have in common; scalars have none. @throws LimbeckError `shape-mismatch` */
export function rowCount(signals: HostSignals): number {
  const sizes = new Map(
    leaves<HostTensor>(signals)
      .filter(([, { shape }]) => shape.length > 0)
      .map(([path, { shape }]) => [path, shape[0]!]),
  );
  const distinct = new Set(sizes.values());
  if (distinct.size === 1) return [...distinct][0]!;
  throw new LimbeckError('shape-mismatch', {
    where: 'lossContract',
    given: [...sizes].map(([path, size]) => `${size} rows of ${path}`).join(', ') || 'no rows',
    expected: 'signals with one first axis, so that rows can be taken out and moved',
    next: 'Switch the facts about rows off with a reason: skip: { weights, accumulation, permutation }.',
  });
}

/** Some rows of a tensor, in the order given. */
export function takeRows(value: HostTensor, rows: readonly number[]): HostTensor {
  const { dtype, shape, data } = value;
  if (shape.length === 0) return value;
  const width = data.length / Math.max(1, shape[0]!);
  const taken = allocate(dtype, width * rows.length) as Float32Array;
  rows.forEach((row, i) => {
    taken.set((data as Float32Array).subarray(row * width, (row + 1) * width), i * width);
  });
  return { dtype, shape: [rows.length, ...shape.slice(1)], data: taken };
}

/** Some rows of all signals. */
export function takeSignalRows(signals: HostSignals, rows: readonly number[]): HostSignals {
  return changeLeaves(signals, (value) => takeRows(value, rows));
}

/** The same signals with every leaf replaced. */
export function changeLeaves(
  signals: HostSignals,
  change: (value: HostTensor, path: string) => HostTensor,
): HostSignals {
  return mapTree<HostTensor>(signals, (leaf, path) =>
    change(leaf as HostTensor, path),
  ) as HostSignals;
}

/** The whole numbers from `from` up to `until`, which is left out. */
export function range(from: number, until: number): number[] {
  return Array.from({ length: Math.max(0, until - from) }, (_, i) => from + i);
}
