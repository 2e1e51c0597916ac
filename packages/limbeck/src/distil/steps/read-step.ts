import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { PipelineStepContext } from '@limbeck/pipeline';
import { appendFile, readFile, rm } from 'node:fs/promises';
import { clean, type LabelTypes, type OriginRecord, readRecord } from '../clean.js';
import type { Origin } from '../example.js';
import type { Lab } from '../lab.js';
import { openSource, type RecordSource } from '../records.js';
import type { Settled } from '../settle.js';

/** What reading came to. */
export interface ReadOutput {
  readonly labels: readonly string[];
  readonly records: number;
  readonly bad: number;
  readonly badReasons: { readonly [reason: string]: number };
  readonly leftOut: { readonly [reason: string]: number };
  readonly examples: number;
}

/**
 * The file in the step's folder that bad records go to: with the `line` of the file where it could not be read, with the
 * number of the `record` where it could and does not fit, both counted from 1.
 */
export const deadLetterFile = 'bad-records.jsonl';

/** Below this there is nothing to split in three and to learn from. */
const leastLabelled = 30;

/**
 * Reads every source, sets aside what cannot be read, and leaves out what says nothing.
 *
 * @throws LimbeckError `empty-data`, `one-class`, `invalid-data` where most records are bad, and as `readRecord`
 */
export async function readStep(
  lab: Lab,
  settled: Settled,
  { folder }: PipelineStepContext,
): Promise<ReadOutput> {
  const deadLetter = path.join(folder, deadLetterFile);
  await rm(deadLetter, { force: true });
  const found: OriginRecord[] = [];
  const badReasons: { [reason: string]: number } = {};
  const counts: Counts = { records: 0, bad: 0, first: undefined };
  for (const [origin, source] of Object.entries(settled.sources)) {
    await readSource(settled, origin as Origin, source, deadLetter, { found, badReasons, counts });
  }
  const { records, bad } = counts;
  checkEnoughGood(counts, badReasons);
  const labels = settled.columns.labels ?? labelsIn(found);
  const { examples, leftOut } = clean(found, labels);
  checkLabels(
    labels,
    examples.map(({ label }) => label),
    settled.columns.label,
  );
  await lab.keepExamples(folder, examples);
  return { labels, records, bad, badReasons, leftOut, examples: examples.length };
}

interface Counts {
  records: number;
  bad: number;
  /** Where the first one stands that could not be read, and why. */
  first: string | undefined;
}

interface Reading {
  readonly found: OriginRecord[];
  readonly badReasons: { [reason: string]: number };
  readonly counts: Counts;
}

async function readSource(
  { columns, onBad }: Settled,
  origin: Origin,
  source: RecordSource,
  deadLetter: string,
  { found, badReasons, counts }: Reading,
): Promise<void> {
  const unreadable = `${deadLetter}.${origin}`;
  try {
    const opened = openSource(source, onBad === 'throw' ? undefined : unreadable);
    const types: LabelTypes = { first: undefined };
    let row = 0;
    for await (const record of opened.records) {
      // Counted with those before it that the file's reader could not read.
      const number = row + opened.bad().count + 1;
      const read = await readRecord(record, columns, { origin, row, number, types });
      row++;
      if (!('reason' in read)) {
        found.push({ ...read, origin });
        continue;
      }
      if (onBad === 'throw') throw badRecord(origin, number, read.reason);
      badReasons[read.reason] = (badReasons[read.reason] ?? 0) + 1;
      counts.bad++;
      const raw = JSON.stringify(record).slice(0, 2000);
      const file = source.kind === 'file' ? path.basename(source.path) : origin;
      await appendFile(
        deadLetter,
        `${JSON.stringify({ file, record: number, reason: read.reason, raw })}\n`,
      );
    }
    const { count: unread, first } = opened.bad();
    counts.first ??= first;
    if (unread > 0) {
      badReasons['could not be read'] = (badReasons['could not be read'] ?? 0) + unread;
      await appendFile(deadLetter, await readFile(unreadable));
    }
    counts.bad += unread;
    counts.records += row + unread;
  } finally {
    await rm(unreadable, { force: true });
  }
}

function badRecord(origin: Origin, number: number, reason: string): LimbeckError {
  return new LimbeckError('invalid-record', {
    where: `distil, ${origin}`,
    given: `record ${number}: ${reason}`,
    expected: 'a record with a text, as the schema says',
    next: "Correct it, or pass onBad: 'deadLetter' to set such records aside.",
  });
}

function checkEnoughGood(
  { records, bad, first }: Readonly<Counts>,
  reasons: { readonly [reason: string]: number },
): void {
  if (bad * 2 <= records) return;
  const [most] = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  throw new LimbeckError('invalid-data', {
    where: 'distil',
    given: `${records} records, of which ${bad} cannot be used, mostly: ${most?.[0] ?? 'unknown'}${first === undefined ? '' : ` (${first})`}`,
    expected: 'at least half of them good',
    next: first?.includes('not UTF-8')
      ? 'Save the file as UTF-8, such as by iconv -f latin1 -t utf-8.'
      : 'Look at the first of them, at the options text and label, and at the form of the file.',
  });
}

/** The labels that occur, numbers by size. */
function labelsIn(records: readonly OriginRecord[]): string[] {
  const found = [...new Set(records.flatMap(({ label }) => (label === undefined ? [] : [label])))];
  const numbers = found.every((label) => label.trim() !== '' && Number.isFinite(Number(label)));
  return found.sort(numbers ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
}

function checkLabels(
  labels: readonly string[],
  found: readonly (number | undefined)[],
  column: string,
): void {
  const named = found.filter((label) => label !== undefined);
  if (named.length < leastLabelled) {
    throw new LimbeckError('empty-data', {
      where: 'distil',
      given: `${named.length} different texts with a ${column}`,
      expected: `at least ${leastLabelled}, better some hundred`,
      next: 'Label more texts, or check the options text and label.',
    });
  }
  if (new Set(named).size > 1) return;
  throw new LimbeckError('one-class', {
    where: 'distil',
    given: `${named.length} texts that all have the ${column} ${JSON.stringify(labels[named[0]!])}`,
    expected: 'at least two labels among the data',
    next: 'Add texts of the other labels: from one alone nothing can be learnt.',
  });
}
