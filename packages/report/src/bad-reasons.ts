import type { DataReport } from '@limbeck/evaluators';

/** Why records are bad, without a reason that would only repeat the heading above it. */
export function badReasonsOf({
  bad,
  badReasons = {},
}: Pick<DataReport, 'bad' | 'badReasons'>): [reason: string, records: number][] {
  return Object.entries(badReasons).filter(
    ([reason, n]) => reason !== 'could not be read' || n !== bad,
  );
}
