import { Rng } from '@limbeck/core';
import { clusters, exactDuplicates, nearDuplicates } from '@limbeck/data';
import type { Example } from './example.js';

/** A share for each part, adding up to 1. */
export type Fractions = { readonly [part: string]: number };

/** More for the held-out parts where there is little: their intervals are what one learns from a small run. */
export function fractionsFor(rows: number): Fractions {
  if (rows < 400) return { train: 0.6, validation: 0.2, test: 0.2 };
  if (rows < 10_000) return { train: 0.7, validation: 0.15, test: 0.15 };
  return { train: 0.8, validation: 0.1, test: 0.1 };
}

/**
 * Numbers the clusters that must stay on one side: texts that are near each other, and those of one group; whoever shares
 * either with another, over any number of steps, is in its cluster.
 *
 * @returns the cluster of each example, and how many pairs of near texts there are
 */
export function clusterOf(examples: readonly Example[]): {
  readonly cluster: Int32Array;
  readonly near: number;
} {
  const texts = examples.map(({ text }) => text);
  const pairs: { first: number; second: number }[] = [];
  for (const { first, second } of nearDuplicates(texts)) pairs.push({ first, second });
  const near = pairs.length;
  // Given sets may share texts, and those without a word are near nothing.
  for (const [first, ...same] of exactDuplicates(texts)) {
    for (const second of same) pairs.push({ first: first!, second });
  }
  const firstOf = new Map<string, number>();
  examples.forEach(({ group }, place) => {
    if (group === undefined) return;
    const first = firstOf.get(group);
    if (first === undefined) firstOf.set(group, place);
    else pairs.push({ first, second: place });
  });
  const cluster = Int32Array.from({ length: examples.length }, (_, place) => place);
  for (const places of clusters(pairs)) for (const place of places) cluster[place] = places[0]!;
  return { cluster, near };
}

/**
 * Splits rows by cluster so that each part has its share of every label, as near as whole clusters allow: large clusters
 * first, each to the part that lacks most of its labels; equal ones in seeded order.
 *
 * @param labels - the label of each row
 * @param cluster - the cluster of each row
 * @returns the part of each row, as an index into the fractions
 */
export function splitClusters(
  labels: ArrayLike<number>,
  cluster: ArrayLike<number>,
  fractions: readonly number[],
  seed: number,
): Uint8Array {
  const members = new Map<number, number[]>();
  const totals = new Map<number, number>();
  for (let row = 0; row < labels.length; row++) {
    const own = members.get(cluster[row]!);
    if (own === undefined) members.set(cluster[row]!, [row]);
    else own.push(row);
    totals.set(labels[row]!, (totals.get(labels[row]!) ?? 0) + 1);
  }
  const lacking = fractions.map(
    (share) => new Map([...totals].map(([label, total]) => [label, share * total])),
  );
  const order = Rng.from(seed)
    .stream('split')
    .shuffle([...members.values()]);
  order.sort((a, b) => b.length - a.length);
  const sides = new Uint8Array(labels.length);
  for (const rows of order) {
    const gains = lacking.map((wanted) =>
      rows.reduce((sum, row) => sum + wanted.get(labels[row]!)!, 0),
    );
    const side = gains.indexOf(Math.max(...gains));
    for (const row of rows) {
      sides[row] = side;
      lacking[side]!.set(labels[row]!, lacking[side]!.get(labels[row]!)! - 1);
    }
  }
  return sides;
}
