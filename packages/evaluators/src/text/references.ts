import { LimbeckError } from '@limbeck/core';
import { checkPaired } from '../predictions.js';

/** The right texts of each item: one, or several of which the best counts. */
export type TextReferences = readonly (string | readonly string[])[];

/**
 * Every item's references as a list.
 *
 * @throws LimbeckError `shape-mismatch`, `empty-data`; `invalid-data` for an item without a reference
 */
export function referenceLists(
  where: string,
  texts: readonly string[],
  references: TextReferences,
): (readonly string[])[] {
  checkPaired(where, texts.length, references.length);
  return references.map((reference, i) => {
    const list = typeof reference === 'string' ? [reference] : reference;
    if (list.length > 0) return list;
    throw new LimbeckError('invalid-data', {
      where,
      given: `item ${i} without a reference`,
      expected: 'at least one text',
      next: 'Leave the item out, or give it a reference, which may be empty text.',
    });
  });
}

/** The parts between white space. */
export function words(text: string): string[] {
  return text.split(/\p{White_Space}+/u).filter((word) => word !== '');
}

/** How often each string occurs. */
export function counts(strings: Iterable<string>): Map<string, number> {
  const found = new Map<string, number>();
  for (const each of strings) found.set(each, (found.get(each) ?? 0) + 1);
  return found;
}

/** Runs of `n` tokens, each as one string. */
export function ngrams(tokens: readonly string[], n: number, between = ' '): string[] {
  const runs: string[] = [];
  for (let i = 0; i + n <= tokens.length; i++) runs.push(tokens.slice(i, i + n).join(between));
  return runs;
}

/** How many strings both have, each as often as the one that has it less often. */
export function overlapOf(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0;
  for (const [each, count] of a) common += Math.min(count, b.get(each) ?? 0);
  return common;
}
