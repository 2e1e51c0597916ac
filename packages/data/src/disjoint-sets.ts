/** Places that are tied together, step by step. */
export interface DisjointSets {
  /** The least place that a place is tied to, directly or not. */
  root(place: number): number;
  /** Ties two places, and all that they are tied to. */
  join(a: number, b: number): void;
}

/** So many places, none tied to another. @see Tarjan, "Efficiency of a good but not linear set union algorithm", 1975. */
export function disjointSets(length: number): DisjointSets {
  const parent = Uint32Array.from({ length }, (_, place) => place);
  const root = (place: number): number => {
    let top = place;
    while (parent[top] !== top) top = parent[top]!;
    for (let at = place; at !== top;) [at, parent[at]] = [parent[at]!, top];
    return top;
  };
  return {
    root,
    join(a, b) {
      const [first, second] = [root(a), root(b)];
      parent[Math.max(first, second)] = Math.min(first, second);
    },
  };
}
