import path from 'node:path';
import { checkPositive, checkWhole, LimbeckError } from '@limbeck/core';
import type { Columns } from './clean.js';
import type { Origin } from './example.js';
import { type DistilOptions, type FamilyName, familyNames } from './options.js';
import { hashSource, type RecordSource, settleSource } from './records.js';
import { schemaLabels } from './schema-labels.js';

/** Options with their defaults, data at hand, and what the run is filed under. */
export interface Settled {
  readonly name: string;
  readonly columns: Columns;
  readonly sources: { readonly [O in Origin]?: RecordSource };
  /** The sha256 of each source. */
  readonly hashes: { readonly [O in Origin]?: string };
  readonly families: readonly FamilyName[];
  readonly seeds: readonly number[];
  readonly splitSeed: number;
  readonly budgetSeconds: number;
  readonly leaks: 'refuse' | 'drop';
  readonly onBad: 'deadLetter' | 'throw';
}

const origins = ['data', 'validation', 'test', 'unlabelled'] as const;

/** Checks the options and takes the data in. @throws LimbeckError `invalid-option`, `data-missing`, `io-failed` */
export async function settle(options: DistilOptions): Promise<Settled> {
  const { text = 'text', label = 'label', group, schema, seeds = [0] } = options;
  const { families = familyNames, splitSeed = 0, budgetSeconds = 300, leaks = 'refuse' } = options;
  checkPositive('distil', { budgetSeconds }, 'Use 300, or 60 for a first look.');
  checkWhole('distil', { splitSeed }, 0, 'Use 0.');
  for (const seed of seeds) checkWhole('distil', { seeds: seed }, 0, 'Use [0, 1, 2].');
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) {
    refuse(
      `the seed ${twice} twice`,
      'each seed once',
      'Use [0, 1, 2]: equal runs show no spread.',
    );
  }
  checkOne('leaks', leaks, ['refuse', 'drop']);
  checkOne('onBad', options.onBad ?? 'deadLetter', ['deadLetter', 'throw']);
  for (const family of families) checkOne('families', family, familyNames);
  const columns = typeof text === 'string' ? [text] : text;
  if (columns.length === 0 || families.length === 0 || seeds.length === 0) {
    const what = columns.length === 0 ? 'text' : families.length === 0 ? 'families' : 'seeds';
    refuse(`an empty list as ${what}`, 'at least one', 'Leave the option out to use its default.');
  }
  if (['probability', 'probabilities', 'sure'].includes(label)) {
    refuse(
      `the label column "${label}"`,
      'a name that predictions do not use for something else',
      'Rename the column.',
    );
  }
  const known = schema === undefined ? undefined : withLabels(options, label);
  const labels = options.labels ?? known?.labels;
  checkLabelList(labels);
  const wanted = [...columns, label, ...(group === undefined ? [] : [group])];
  const sources: { [O in Origin]?: RecordSource } = {};
  const hashes: { [O in Origin]?: string } = {};
  for (const origin of origins) {
    const data = options[origin];
    if (data === undefined && origin !== 'data') continue;
    // A schema may speak of any column, so then rows stay whole.
    const source = await settleSource(data!, schema === undefined ? wanted : undefined);
    sources[origin] = source;
    hashes[origin] = await hashSource(source);
  }
  return {
    name: options.name ?? nameOf(options.data),
    columns: { text: columns, label, group, labels, schema, schemaLabels: known },
    sources,
    hashes,
    families: familyNames.filter((name) => families.includes(name)),
    seeds: [...seeds],
    splitSeed,
    budgetSeconds,
    leaks,
    onBad: options.onBad ?? 'deadLetter',
  };
}

/** The schema's labels; where the schema does not say them, those listed beside it will do. */
function withLabels({ schema, labels }: DistilOptions, column: string) {
  try {
    return schemaLabels(schema!, column);
  } catch (error) {
    if (labels === undefined) throw error;
    return undefined;
  }
}

function checkLabelList(labels: readonly string[] | undefined): void {
  if (labels === undefined) return;
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (labels.length < 2 || twice !== undefined || labels.includes('')) {
    refuse(
      twice === undefined ? `${labels.length} labels` : `the label ${JSON.stringify(twice)} twice`,
      'at least two different labels, none of them empty',
      'Correct the schema, or the option labels.',
    );
  }
}

function checkOne(option: string, given: string, allowed: readonly string[]): void {
  if (allowed.includes(given)) return;
  refuse(`${option} ${JSON.stringify(given)}`, allowed.join(' or '), 'Use one of these.');
}

function refuse(given: string, expected: string, next: string): never {
  throw new LimbeckError('invalid-option', { where: 'distil', given, expected, next });
}

/** A file's name as lower-case words joined by hyphens. */
function nameOf(data: unknown): string {
  if (typeof data !== 'string') return 'distil';
  const words = path
    .basename(data)
    .replace(/(\.gz)?$/, '')
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.join('-').slice(0, 60).replace(/-$/, '') ?? 'distil';
}
