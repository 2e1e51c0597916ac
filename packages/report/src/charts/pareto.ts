/** A system's cost and its quality. */
export interface Costed {
  /** What it costs: less is better. */
  readonly cost: number;
  /** How good it is: more is better. */
  readonly value: number;
}

/** The points that no other point beats in both cost and quality (the Pareto front), from the cheapest on. */
export function paretoFront<T extends Costed>(points: readonly T[]): T[] {
  const front: T[] = [];
  for (const point of points.toSorted((a, b) => a.cost - b.cost || b.value - a.value)) {
    const best = front.at(-1);
    if (best === undefined || point.value > best.value) front.push(point);
  }
  return front;
}
