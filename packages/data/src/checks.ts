import { LimbeckError } from '@limbeck/core';

/** Refuses data without a row. @throws LimbeckError `empty-data` */
export function checkNotEmpty(where: string, rows: { readonly length: number }): void {
  if (rows.length > 0) return;
  throw new LimbeckError('empty-data', {
    where,
    given: 'no rows',
    expected: 'at least one row',
    next: 'Check the path, and what the filters left over.',
  });
}

/** Refuses NaN and infinities. @throws LimbeckError `non-finite-data` with the place of the first */
export function checkFinite(where: string, values: ArrayLike<number>, what: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new LimbeckError('non-finite-data', {
      where,
      given: `${values[i]} at place ${i} in the ${what}`,
      expected: 'finite numbers',
      next: 'Drop that row, or correct what made it.',
    });
  }
}

/** Options of {@link checkLabelled}. */
export interface LabelledOptions {
  /** How many classes there are; labels are 0 to classes − 1. */
  readonly classes: number;
  /** Whether at least two classes must occur, as a training or test set needs. @defaultValue false */
  readonly several?: boolean;
}

/**
 * Refuses labels that are no class, no rows, and, if asked, labels that are all the same; `undefined` is no label.
 *
 * @throws LimbeckError `empty-data` without rows; `label-out-of-range` with the row's place; `one-class` if `several`
 */
export function checkLabelled(
  where: string,
  labels: readonly (number | undefined)[],
  options: LabelledOptions,
): void {
  const { classes, several = false } = options;
  checkNotEmpty(where, labels);
  const seen = new Set<number>();
  labels.forEach((label, row) => {
    if (label === undefined) return;
    seen.add(label);
    if (Number.isInteger(label) && label >= 0 && label < classes) return;
    throw new LimbeckError('label-out-of-range', {
      where,
      given: `label ${label} in row ${row}`,
      expected: `a whole number from 0 to ${classes - 1}`,
      next: 'Correct the label, or the number of classes.',
    });
  });
  if (!several || seen.size > 1) return;
  throw new LimbeckError('one-class', {
    where,
    given: seen.size === 0 ? 'no labelled row' : `only label ${[...seen].join()}`,
    expected: 'rows of at least two classes',
    next: 'Split by group so that every part has every class: groupSplit({ label }).',
  });
}
