import { LimbeckError } from '@limbeck/core';
import { shingles } from './shingles.js';
import { similarityIndex } from './similarity-index.js';

/** Options of {@link nearDuplicates}, {@link separateDuplicates} and {@link findLeaks}. */
export interface NearOptions {
  /** The least Jaccard similarity of two near texts, in (0, 1]. @defaultValue 0.8 */
  readonly threshold?: number;
  /** How many tokens make one shingle. @defaultValue 3 */
  readonly size?: number;
}

/** Two near texts. */
export interface NearPair {
  /** The place of one, before the other's. */
  readonly first: number;
  /** The place of the other. */
  readonly second: number;
  /** Their Jaccard similarity, exact. */
  readonly similarity: number;
}

/** A text with runs of blanks as one space, and none at its ends: what counts as the same text. */
export function squeeze(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/**
 * The groups of texts that are the same but for their spacing: places in order, singles left out.
 *
 * @param key - what two equal texts share; {@link squeeze} if left out
 */
export function exactDuplicates(
  texts: readonly string[],
  key: (text: string) => string = squeeze,
): number[][] {
  const places = new Map<string, number[]>();
  texts.forEach((text, i) => {
    const same = key(text);
    const group = places.get(same);
    if (group === undefined) places.set(same, [i]);
    else group.push(i);
  });
  return [...places.values()].filter((group) => group.length > 1);
}

/**
 * Every pair of texts whose sets of shingles have at least the threshold in common (Jaccard), by first and second
 * place. The similarity is exact, no pair is missed; texts without a token are near nothing.
 *
 * @throws LimbeckError `invalid-option` if the threshold is not in (0, 1] or the size not a whole number above 0
 * @see {@link similarityIndex} for how
 */
export function nearDuplicates(texts: readonly string[], options: NearOptions = {}): NearPair[] {
  const { threshold = 0.8, size = 3 } = options;
  const sets = texts.map((text) => shingles(text, { size }));
  const index = similarityIndex(sets, { threshold });
  return sets.flatMap((set, first) =>
    index
      .near(set)
      .filter((neighbour) => neighbour.index > first)
      .map((neighbour) => ({ first, second: neighbour.index, similarity: neighbour.similarity })),
  );
}

/** The clusters that pairs form: places in order, each in one cluster, singles left out. */
export function clusters(pairs: readonly Pick<NearPair, 'first' | 'second'>[]): number[][] {
  const parent = new Map<number, number>();
  const root = (place: number): number => {
    let top = place;
    for (let up = parent.get(top); up !== undefined && up !== top; up = parent.get(top)) top = up;
    for (let at = place; at !== top;) {
      const up = parent.get(at)!;
      parent.set(at, top);
      at = up;
    }
    return top;
  };
  for (const { first, second } of pairs) {
    const [a, b] = [root(first), root(second)];
    parent.set(Math.max(a, b), Math.min(a, b));
    parent.set(Math.min(a, b), Math.min(a, b));
  }
  const groups = new Map<number, number[]>();
  for (const place of [...parent.keys()].sort((a, b) => a - b)) {
    const top = root(place);
    groups.set(top, [...(groups.get(top) ?? []), place]);
  }
  return [...groups.values()];
}

/** A text of one set that another set holds too, or nearly. */
export interface Leak {
  /** The place in the first set. */
  readonly first: number;
  /** The place in the second set of the most similar text. */
  readonly second: number;
  /** Whether the two are the same but for their spacing. */
  readonly exact: boolean;
  /** Their Jaccard similarity, 1 where `exact`. */
  readonly similarity: number;
}

/**
 * What a first set of texts has in common with a second one, such as training with test: exact duplicates and near
 * ones, at most one leak a text of the first set.
 *
 * @throws LimbeckError `invalid-option` if the threshold is not in (0, 1] or the size not a whole number above 0
 */
export function findLeaks(
  first: readonly string[],
  second: readonly string[],
  options: NearOptions = {},
): Leak[] {
  const { threshold = 0.8, size = 3 } = options;
  const sets = second.map((text) => shingles(text, { size }));
  const index = similarityIndex(sets, { threshold });
  const places = new Map<string, number>();
  second.forEach((text, i) => {
    const key = squeeze(text);
    if (!places.has(key)) places.set(key, i);
  });
  const leaks: Leak[] = [];
  first.forEach((text, i) => {
    const same = places.get(squeeze(text));
    if (same !== undefined) {
      leaks.push({ first: i, second: same, exact: true, similarity: 1 });
      return;
    }
    const near = index.near(shingles(text, { size }));
    if (near.length === 0) return;
    const best = near.reduce((a, b) => (b.similarity > a.similarity ? b : a));
    leaks.push({ first: i, second: best.index, exact: false, similarity: best.similarity });
  });
  return leaks;
}

/** What {@link separateDuplicates} did. */
export interface SeparationReport<Part extends string> {
  /** Rows left out of each part because a part named before it holds the same or a near text. */
  readonly dropped: { readonly [K in Part]: { readonly exact: number; readonly near: number } };
}

/**
 * Puts duplicates on one side: a part loses the rows whose text, or a near one, a part named before it holds. So name
 * the part to keep whole first, `['test', 'validation', 'train']`. Duplicates inside one part stay.
 *
 * @param parts - rows by the name of their part
 * @param options - `order`: every part once, the first one kept whole; `text`: what of a row is compared
 * @throws LimbeckError `invalid-option` if `order` does not name every part once, or as {@link nearDuplicates}
 * @example
 * ```ts
 * import { separateDuplicates } from '@limbeck/data';
 *
 * const parts = { train: ['a b c d', 'e f g h'], test: ['a  b c d'] };
 * const apart = separateDuplicates(parts, { order: ['test', 'train'], text: (row) => row });
 * console.log(apart.parts.train.join(), apart.report.dropped.train.exact); // e f g h 1
 * ```
 */
export function separateDuplicates<Row, Part extends string>(
  parts: { readonly [K in Part]: readonly Row[] },
  options: NearOptions & { readonly order: readonly Part[]; readonly text: (row: Row) => string },
): { readonly parts: { readonly [K in Part]: Row[] }; readonly report: SeparationReport<Part> } {
  const { order, text } = options;
  const names = Object.keys(parts).sort().join(', ');
  if ([...order].sort().join(', ') !== names) {
    throw new LimbeckError('invalid-option', {
      where: 'separateDuplicates',
      given: `order ${order.join(', ')}`,
      expected: `each of ${names} once`,
      next: 'Name every part in order, the one to keep whole first.',
    });
  }
  const kept = {} as { [K in Part]: Row[] };
  const dropped = {} as { [K in Part]: { exact: number; near: number } };
  const before: string[] = [];
  for (const part of order) {
    const rows = parts[part];
    const leaks = findLeaks(rows.map(text), before, options);
    const leaking = new Set(leaks.map((leak) => leak.first));
    const exact = leaks.filter((leak) => leak.exact).length;
    kept[part] = rows.filter((_, i) => !leaking.has(i));
    dropped[part] = { exact, near: leaks.length - exact };
    for (const row of kept[part]) before.push(text(row));
  }
  return { parts: kept, report: { dropped } };
}
