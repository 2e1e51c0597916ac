import { checkLabelled, checkNotEmpty } from './checks.js';
import { forParts } from './fractions.js';
import { groupSplit, type Shortfall } from './group-split.js';
import { stratifiedSplit } from './stratified-split.js';
import { type TieOptions, tieRows } from './tie-rows.js';
import { type Moment, timeSplit } from './time-split.js';

/** Options of {@link splitRows}. */
export interface SplitRowsOptions<Row, Part extends string> extends TieOptions<Row> {
  /** Each part's share of the rows; the shares add up to 1. With `time` the parts from the oldest to the newest. */
  readonly fractions: { readonly [K in Part]: number };
  /** What every part should have its share of. Left out: only sizes count. */
  readonly label?: (row: Row, index: number) => string | number;
  /** When the row came to be: parts are then periods, one behind the other. Left out: rows fall at random. */
  readonly time?: (row: Row, index: number) => Moment;
  /** Seed of all that is random. @defaultValue 0 */
  readonly seed?: number;
}

/** What {@link splitRows} returns. */
export interface SplitRows<Row, Part extends string> {
  /** The rows of each part, in their order. */
  readonly parts: { readonly [K in Part]: Row[] };
  /** Rows whose text another one before them has, but for its spacing; they are on the same side. */
  readonly exact: number;
  /** Rows that are near one before them, and on the same side. */
  readonly near: number;
  /** Labels that some part has none of. */
  readonly shortfalls: readonly Shortfall<Part>[];
}

/**
 * Splits rows as a stranger's data should be: at random or by time, with its share of every label in each part, and with
 * the rows of one group, the same texts and near ones on one side.
 *
 * Rows that are tied to none fall by {@link stratifiedSplit}; where some are tied, all fall by {@link groupSplit}, as sets. With
 * `time` a set goes where its newest row goes.
 *
 * @throws LimbeckError `empty-data` without rows; `one-class` if a part has rows of one label alone; `invalid-option`,
 * `invalid-data` as the functions named
 * @example
 * ```ts
 * import { splitRows } from '@limbeck/data';
 *
 * const texts = ['win a prize', 'win  a prize', 'see you', 'good night', 'buy this', 'buy that'];
 * const rows = texts.map((text, i) => ({ text, label: i < 2 || i > 3 ? 'spam' : 'ham' }));
 * const { parts, exact } = splitRows(rows, {
 *   fractions: { train: 0.5, test: 0.5 },
 *   text: (row) => row.text,
 *   label: (row) => row.label,
 * });
 * console.log(parts.train.length, parts.test.length, exact); // 3 3 1
 * ```
 */
export function splitRows<Row, Part extends string>(
  rows: readonly Row[],
  options: SplitRowsOptions<Row, Part>,
): SplitRows<Row, Part> {
  const { fractions, label, time, seed = 0 } = options;
  checkNotEmpty('splitRows', rows);
  const { ties, exact, near, sets } = tieRows(rows, options);
  const places = [...rows.keys()];
  const order = Object.keys(fractions) as Part[];
  const group = (place: number): string => String(ties[place]);
  const random = {
    fractions,
    seed,
    ...(label === undefined ? {} : { label: (place: number) => label(rows[place]!, place) }),
  };
  const { parts } =
    time !== undefined
      ? timeSplit<number, Part>(places, {
          time: (place) => time(rows[place]!, place),
          order,
          fractions,
          group,
        })
      : sets === rows.length
        ? stratifiedSplit(places, random)
        : groupSplit(places, { ...random, group });
  const labels = label === undefined ? undefined : rows.map(label);
  return {
    parts: forParts(order, (part) => parts[part].map((place) => rows[place]!)),
    exact,
    near,
    shortfalls: labels === undefined ? [] : shortfallsOf(labels, parts),
  };
}

/** Labels that a part has none of. @throws LimbeckError `one-class` */
function shortfallsOf<Part extends string>(
  labelOf: readonly (string | number)[],
  parts: { readonly [K in Part]: readonly number[] },
): Shortfall<Part>[] {
  const labels = [...new Set(labelOf)];
  const classOf = new Map(labels.map((label, i) => [label, i]));
  return (Object.keys(parts) as Part[]).flatMap((part) => {
    const classes = parts[part].map((place) => classOf.get(labelOf[place]!)!);
    const options = { classes: labels.length, several: true };
    checkLabelled(`splitRows, part "${part}"`, classes, options);
    const seen = new Set(classes);
    return labels
      .filter((_, i) => !seen.has(i))
      .map((label) => ({ label, part, of: 'rows', having: 0, wanted: 1 }) as const);
  });
}
