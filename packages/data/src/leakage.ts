import { LimbeckError } from '@limbeck/core';
import { findLeaks, type Leak, type NearOptions } from './duplicates.js';

/** Options of {@link leakage} and {@link checkLeakage}. */
export interface LeakageOptions<Row> extends NearOptions {
  /** What of a row is compared. Left out: texts are not compared. */
  readonly text?: (row: Row) => string;
  /** What must not stand on both sides, such as an author. Left out: groups are not compared. */
  readonly group?: (row: Row) => string;
  /** The rows' labels: shows where the same or near texts are labelled otherwise. Left out: not looked at. */
  readonly label?: (row: Row) => string | number;
}

/** What one set of rows has in common with another. */
export interface LeakageReport {
  /** How many rows the first set has. */
  readonly rows: number;
  /** How many of them leak: by their text or by their group. */
  readonly leaking: number;
  /** The share that leaks, 0 for no rows. */
  readonly share: number;
  /** Rows of the first set whose text the second one holds, but for its spacing. */
  readonly exact: number;
  /** Rows of the first set that the second one holds nearly. */
  readonly near: number;
  /** Leaking texts whose labels differ: at least one of the two is wrong. */
  readonly contradicting: number;
  /** The groups that both hold, in the order of the first set. */
  readonly groups: readonly string[];
  /** The texts, one a row of the first set at most. */
  readonly leaks: readonly Leak[];
}

/**
 * What a first set of rows, such as those to learn from, has in common with a second one, such as those to be judged on: the
 * same texts, near ones, groups.
 *
 * @throws LimbeckError `invalid-option` if the threshold is not in (0, 1], the size not a whole number above 0, or neither
 * `text` nor `group` is given
 * @example
 * ```ts
 * import { leakage } from '@limbeck/data';
 *
 * const train = [{ text: 'buy now', label: 'spam' }, { text: 'hello', label: 'ham' }];
 * const test = [{ text: 'buy  now', label: 'ham' }];
 * const { exact, contradicting, share } = leakage(train, test, { text: (row) => row.text, label: (row) => row.label });
 * console.log(exact, contradicting, share); // 1 1 0.5
 * ```
 */
export function leakage<Row>(
  first: readonly Row[],
  second: readonly Row[],
  options: LeakageOptions<Row>,
): LeakageReport {
  const { text, group, label, ...near } = options;
  if (text === undefined && group === undefined) {
    throw new LimbeckError('invalid-option', {
      where: 'leakage',
      given: 'neither text nor group',
      expected: 'at least one of them',
      next: 'Pass text: (row) => row.text, for example.',
    });
  }
  const leaks = text === undefined ? [] : findLeaks(first.map(text), second.map(text), near);
  const there = new Set(group === undefined ? [] : second.map(group));
  const leaking = new Set(leaks.map((leak) => leak.first));
  const groups = new Set<string>();
  if (group !== undefined) {
    first.forEach((row, i) => {
      const its = group(row);
      if (!there.has(its)) return;
      groups.add(its);
      leaking.add(i);
    });
  }
  const exact = leaks.filter((leak) => leak.exact).length;
  const differ = (leak: Leak): boolean =>
    label !== undefined && label(first[leak.first]!) !== label(second[leak.second]!);
  return {
    rows: first.length,
    leaking: leaking.size,
    share: first.length === 0 ? 0 : leaking.size / first.length,
    exact,
    near: leaks.length - exact,
    contradicting: leaks.filter(differ).length,
    groups: [...groups],
    leaks,
  };
}

/**
 * Refuses parts of a split of which two have a text or a group in common.
 *
 * @param parts - rows by the name of their part
 * @throws LimbeckError `split-leak` with the two parts and an example; `invalid-option` as {@link leakage}
 */
export function checkLeakage<Row>(
  where: string,
  parts: { readonly [part: string]: readonly Row[] },
  options: LeakageOptions<Row>,
): void {
  const names = Object.keys(parts);
  names.forEach((name, i) => {
    for (const other of names.slice(i + 1)) {
      const found = leakage(parts[name]!, parts[other]!, options);
      if (found.leaking === 0) continue;
      const [leak] = found.leaks;
      const example =
        leak === undefined
          ? `the group ${JSON.stringify(found.groups[0])}`
          : `row ${leak.first} of ${name} and row ${leak.second} of ${other}`;
      throw new LimbeckError('split-leak', {
        where,
        given: `${found.leaking} of ${found.rows} rows of ${name} stand in ${other} too (${found.exact} the same text, ${found.near} near ones, ${found.groups.length} groups), such as ${example}`,
        expected: 'parts that share no text and no group',
        next: 'Split again with splitRows, which keeps duplicates and groups on one side, or drop them with separateDuplicates.',
      });
    }
  });
}
