import { LimbeckError } from '@limbeck/core';
import { checkNotEmpty } from './checks.js';
import { checkEnoughFor, checkFractions, forParts } from './fractions.js';

/** A moment: a date, what `Date` reads, or any number that grows with time. */
export type Moment = Date | string | number;

/** Options of {@link timeSplit}. */
export type TimeSplitOptions<Row, Part extends string> = {
  /** When the row came to be. */
  readonly time: (row: Row, index: number) => Moment;
  /** The parts from the oldest to the newest, such as `['train', 'validation', 'test']`. */
  readonly order: readonly Part[];
  /** What keeps rows together: they all go where the newest of them goes. @defaultValue every row by itself */
  readonly group?: (row: Row, index: number) => string;
} & (
  | {
      /** When each part after the first begins, in order; that very moment belongs to it. */
      readonly cuts: readonly Moment[];
      readonly fractions?: undefined;
    }
  | {
      /** Each part's share of the rows, by its name; rows of one moment stay together. The shares add up to 1. */
      readonly fractions: { readonly [K in Part]: number };
      readonly cuts?: undefined;
    }
);

/** What {@link timeSplit} returns. */
export interface TimeSplit<Row, Part extends string> {
  /** The rows of each part, in their order. */
  readonly parts: { readonly [K in Part]: Row[] };
  /** When each part after the first begins, as `time` gave it or the cut says, in milliseconds or the numbers given. */
  readonly cuts: readonly number[];
}

/**
 * Splits rows by time, so that a model is judged on what came after all that it learnt from: no row of a part is as new as
 * the moment at which the next part begins. With groups a newer part may hold older rows, never the other way round.
 *
 * @throws LimbeckError `empty-data` without rows, or where a part gets none; `invalid-data` for a time that is none, or fewer
 * moments than parts; `invalid-option` for fractions that do not add up to 1, cuts that do not rise, or a wrong number of them
 * @example
 * ```ts
 * import { timeSplit } from '@limbeck/data';
 *
 * const rows = ['2026-03-01', '2026-01-01', '2026-02-01'].map((date) => ({ date }));
 * const options = { time: (row: { date: string }) => row.date, cuts: ['2026-02-15'] };
 * const { parts } = timeSplit(rows, { ...options, order: ['train', 'test'] });
 * console.log(parts.train.length, parts.test[0]?.date); // 2 2026-03-01
 * ```
 */
export function timeSplit<Row, const Part extends string>(
  rows: readonly Row[],
  options: TimeSplitOptions<Row, Part>,
): TimeSplit<Row, Part> {
  const { time, order: parts, group } = options;
  checkNotEmpty('timeSplit', rows);
  const times = newest(
    rows.map((row, i) => readMoment(time(row, i), `the time of row ${i}`)),
    group === undefined ? undefined : rows.map(group),
  );
  const cuts =
    options.cuts === undefined
      ? cutsOf(times, parts, options.fractions)
      : options.cuts.map((cut, i) => readMoment(cut, `cut ${i}`));
  checkCuts(cuts, parts);
  const sideOf = (moment: number): number => cuts.filter((cut) => moment >= cut).length;
  const split = forParts(parts, (_, side) => rows.filter((__, i) => sideOf(times[i]!) === side));
  for (const part of parts) {
    if (split[part].length > 0) continue;
    throw new LimbeckError('empty-data', {
      where: 'timeSplit',
      given: `no row in ${part}, with cuts ${cuts.map(show).join(', ')}`,
      expected: 'at least one row a part',
      next: `Move the cuts: the rows are from ${show(Math.min(...ends(times)))} to ${show(Math.max(...ends(times)))}.`,
    });
  }
  return { parts: split, cuts };
}

/** Each row's time, or the newest of its group. */
function newest(
  times: readonly number[],
  groups: readonly string[] | undefined,
): readonly number[] {
  if (groups === undefined) return times;
  const last = new Map<string, number>();
  groups.forEach((name, i) => last.set(name, Math.max(last.get(name) ?? -Infinity, times[i]!)));
  return groups.map((name) => last.get(name)!);
}

/** Moments at which so large a share of the rows lies before them as is nearest to the wanted one. */
function cutsOf<Part extends string>(
  times: readonly number[],
  parts: readonly Part[],
  fractions: { readonly [K in Part]: number },
): number[] {
  const shares = parts.map((part) => fractions[part]);
  checkFractions('timeSplit', shares);
  const sorted = Float64Array.from(times).sort();
  // Where a moment's rows begin: only there may a part end.
  const starts = [...sorted.keys()].filter((i) => i > 0 && sorted[i] !== sorted[i - 1]);
  checkEnoughFor('timeSplit', starts.length + 1, 'moments', parts);
  let wanted = 0;
  let used = -1;
  return shares.slice(1).map((_, i) => {
    wanted += shares[i]! * sorted.length;
    // Every part after this one needs a moment of its own too.
    const last = starts.length - (shares.length - 2 - i);
    let best = used + 1;
    for (let at = best + 1; at < last; at++) {
      if (Math.abs(starts[at]! - wanted) < Math.abs(starts[best]! - wanted)) best = at;
    }
    used = best;
    return sorted[starts[best]!]!;
  });
}

function checkCuts(cuts: readonly number[], parts: readonly string[]): void {
  const rising = cuts.every((cut, i) => i === 0 || cut > cuts[i - 1]!);
  if (rising && cuts.length === parts.length - 1 && new Set(parts).size === parts.length) return;
  throw new LimbeckError('invalid-option', {
    where: 'timeSplit',
    given: `parts ${parts.join(', ')} with cuts ${cuts.map(show).join(', ')}`,
    expected: 'different parts, and one cut fewer than parts, each later than the one before',
    next: 'Name the parts from the oldest to the newest, and say when each after the first begins.',
  });
}

function readMoment(moment: Moment, what: string): number {
  const read = typeof moment === 'string' ? Date.parse(moment) : Number(moment);
  if (Number.isFinite(read)) return read;
  throw new LimbeckError('invalid-data', {
    where: 'timeSplit',
    given: `${what}: ${JSON.stringify(moment) ?? String(moment)}`,
    expected: 'a date, such as 2026-11-30 or 2026-11-30T08:00:00Z, or a number',
    next: 'Drop rows without a time, or convert it in the option time.',
  });
}

/** The first and the last moment. */
function ends(times: readonly number[]): [number, number] {
  return times.reduce<[number, number]>(
    ([low, high], time) => [Math.min(low, time), Math.max(high, time)],
    [Infinity, -Infinity],
  );
}

/** A moment for messages: as a date where it can be one of this century or the last. */
function show(moment: number): string {
  const year = 365.25 * 86_400_000;
  return moment > year && moment < 130 * year ? new Date(moment).toISOString() : String(moment);
}
