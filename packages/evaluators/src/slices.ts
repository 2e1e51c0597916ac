import { LimbeckError, type Rows } from '@limbeck/core';
import { accuracy } from './accuracy.js';
import { bootstrap, type BootstrapOptions, type Measured } from './bootstrap.js';
import type { SliceReport } from './run-report.js';

/** What {@link slices} is told beside the options of the bootstrap. */
export interface SliceOptions extends BootstrapOptions {
  /** The trait's name, such as `language`. */
  readonly by: string;
  /** The trait of each item; items with `undefined` are in no slice. */
  readonly values: readonly (string | undefined)[];
  /** The system's name. */
  readonly system: string;
}

/**
 * A system's accuracy on the items that share a trait, in the order in which traits first occur. A slice of one group
 * alone has its items resampled instead, and says `groups: 1`; a single item has the interval `[0, 1]`.
 *
 * @param measured - rows of {@link accuracy}
 * @throws LimbeckError `shape-mismatch` if there is not one trait an item, and as {@link bootstrap}
 */
export function slices(measured: Measured, options: SliceOptions): SliceReport[] {
  const { by, values, system, clusters, ...resampling } = options;
  const runs: readonly Rows[] = 'data' in measured ? [measured] : measured;
  for (const rows of runs) checkTraits(by, values.length, rows.data.length / rows.columns);

  const members = new Map<string, number[]>();
  values.forEach((value, i) => {
    if (value === undefined) return;
    const items = members.get(value);
    if (items === undefined) members.set(value, [i]);
    else items.push(i);
  });
  return [...members].map(([value, items]) => {
    const metric = accuracy();
    const rows = runs.map((run) => pickRows(run, items));
    const own = clusters && items.map((i) => clusters[i]!);
    const groups = own && new Set(own).size;
    const interval =
      items.length === 1
        ? { value: mean(rows.map((run) => metric.value(run))), low: 0, high: 1 }
        : bootstrap(metric, rows, { ...resampling, clusters: groups === 1 ? undefined : own });
    return {
      by,
      value,
      system,
      accuracy: interval,
      n: items.length,
      ...(groups === undefined ? {} : { groups }),
    };
  });
}

/** The rows of the picked items. */
export function pickRows(rows: Rows, items: ArrayLike<number>): Rows {
  const { columns, data } = rows;
  const picked = new Float64Array(items.length * columns);
  for (let i = 0; i < items.length; i++) {
    picked.set(data.subarray(items[i]! * columns, (items[i]! + 1) * columns), i * columns);
  }
  return { columns, data: picked };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function checkTraits(by: string, traits: number, items: number): void {
  if (traits === items) return;
  throw new LimbeckError('shape-mismatch', {
    where: `slices by ${by}`,
    given: `${traits} traits for ${items} items`,
    expected: 'the trait of each item',
    next: 'Pass one trait an item, in the order of the items.',
  });
}
