import type { Edges, ForgetSet, LinkSplit, NodeSplit } from './graph-data.js';

/** What `splits.json` holds. */
interface NodeSplitFile {
  readonly kind: string;
  readonly train: readonly number[];
  readonly val: readonly number[];
  readonly test: readonly number[];
}

/** What `link_splits.json` holds; its pools are told by `meta.json` too. */
interface LinkSplitFile {
  readonly seeds: readonly {
    readonly seed: number;
    readonly test: readonly number[];
    readonly val: readonly number[];
    readonly test_neg: readonly (readonly [number, number])[];
    readonly val_neg: readonly (readonly [number, number])[];
    readonly forget: {
      readonly [percent: string]: {
        readonly in: readonly number[] | null;
        readonly out: readonly number[] | null;
      };
    };
  }[];
}

/** The split of nodes in a `splits.json` whose hash was checked. */
export function parseNodeSplit(text: string): NodeSplit {
  const { kind, train, val, test } = JSON.parse(text) as NodeSplitFile;
  return {
    kind,
    train: Int32Array.from(train),
    validation: Int32Array.from(val),
    test: Int32Array.from(test),
  };
}

/** The splits of edges in a `link_splits.json` whose hash was checked. */
export function parseLinkSplits(text: string, edges: number): LinkSplit[] {
  const { seeds } = JSON.parse(text) as LinkSplitFile;
  return seeds.map(
    ({ seed, test, val, test_neg: testNegatives, val_neg: valNegatives, forget }) => {
      const held = new Set([...test, ...val]);
      const all = Int32Array.from({ length: edges }, (_, edge) => edge);
      const some = (numbers: readonly number[] | null): Int32Array | null =>
        numbers && Int32Array.from(numbers);
      return {
        seed,
        test: Int32Array.from(test),
        validation: Int32Array.from(val),
        train: all.filter((edge) => !held.has(edge)),
        testNegatives: pairs(testNegatives),
        validationNegatives: pairs(valNegatives),
        forget: Object.fromEntries(
          Object.entries(forget).map(([percent, pool]): [string, ForgetSet] => [
            percent,
            { in: some(pool.in), out: some(pool.out) },
          ]),
        ),
      };
    },
  );
}

function pairs(list: readonly (readonly [number, number])[]): Edges {
  return {
    sources: Int32Array.from(list, ([source]) => source),
    targets: Int32Array.from(list, ([, target]) => target),
  };
}
