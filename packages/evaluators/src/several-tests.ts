import { checkBetween } from '@limbeck/core';

/**
 * Holm's step-down correction: p-values that stay valid together, in the order given.
 *
 * @throws LimbeckError `invalid-option` for a p outside `[0, 1]`
 * @see Holm, "A simple sequentially rejective multiple test procedure", 1979.
 */
export function holm(ps: readonly number[]): number[] {
  return corrected(ps, (order, m) => {
    let largest = 0;
    return order.map((p, i) => (largest = Math.max(largest, Math.min(1, (m - i) * p))));
  });
}

/**
 * Benjamini and Hochberg's step-up correction, which bounds the share of false discoveries, in the order given.
 *
 * @throws LimbeckError `invalid-option` for a p outside `[0, 1]`
 * @see Benjamini and Hochberg, "Controlling the false discovery rate", 1995.
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  return corrected(ps, (order, m) => {
    let smallest = 1;
    return order
      .map((p, i) => [p, i] as const)
      .reverse()
      .map(([p, i]) => (smallest = Math.min(smallest, (m / (i + 1)) * p)))
      .reverse();
  });
}

function corrected(
  ps: readonly number[],
  correct: (rising: readonly number[], m: number) => readonly number[],
): number[] {
  for (const p of ps) checkBetween('several tests', { p }, 0, 1, 'Pass p-values.');
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!);
  const result = correct(
    order.map((i) => ps[i]!),
    ps.length,
  );
  const back: number[] = ps.map(() => 0);
  order.forEach((i, rank) => (back[i] = result[rank]!));
  return back;
}
