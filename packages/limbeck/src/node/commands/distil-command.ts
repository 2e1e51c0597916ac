import { defineCommand } from 'citty';
import type { CommandIo } from '../io.js';
import { columnArgs, command, jsonArg, rootArg } from './command.js';

const distil = defineCommand({
  meta: {
    name: 'distil',
    description: 'make a student out of texts with labels, and report on it',
  },
  args: {
    data: {
      type: 'positional',
      required: true,
      description:
        'a file of records (CSV, TSV, JSON lines, Parquet, gzipped or not), or a folder of them or of texts',
    },
    ...columnArgs,
    labels: {
      type: 'string',
      description: 'the labels, separated by commas; those in the data if left out',
      valueHint: 'spam,ham',
    },
    schema: {
      type: 'string',
      description: 'a module whose default export, or export named schema, says what a record is',
      valueHint: 'schema.ts',
    },
    group: {
      type: 'string',
      description: 'the field whose equal values stay on one side of the split',
    },
    unlabelled: { type: 'string', description: 'more texts, which only the teacher labels' },
    test: {
      type: 'string',
      description: 'held-out records to report on; a part of the data if left out',
    },
    leaks: {
      type: 'string',
      description: 'what to do with training texts that a given test set holds too: refuse or drop',
      valueHint: 'refuse',
    },
    families: {
      type: 'string',
      description: 'the families to try, separated by commas',
      valueHint: 'ngram,conv,encoder',
    },
    seeds: {
      type: 'string',
      description: 'seeds of the students, separated by commas',
      valueHint: '0',
    },
    budget: { type: 'string', description: 'seconds for the whole run, about', valueHint: '300' },
    name: { type: 'string', description: "the run's name" },
    ...rootArg,
    watch: { type: 'boolean', description: 'show the run on a page while it goes on' },
    port: { type: 'string', description: 'with --watch, the port of the page' },
    ...jsonArg,
  },
  run: async ({ args, data }) =>
    (await import('./distil.js')).distilFile(data as CommandIo, {
      data: args.data,
      text: args.text,
      label: args.label,
      labels: args.labels,
      schema: args.schema,
      group: args.group,
      unlabelled: args.unlabelled,
      test: args.test,
      leaks: args.leaks,
      families: args.families,
      seeds: args.seeds,
      budget: args.budget,
      name: args.name,
      root: args.root,
      watch: args.watch,
      port: args.port,
      json: args.json,
    }),
});

/** `limbeck distil`. */
export const distilCommands = {
  distil: command(distil, [
    ['limbeck distil mails.csv --text body --label kind', 'makes a student of a CSV'],
    ['limbeck distil mails.csv --text subject,body --label kind --budget 60', 'takes a minute'],
    ['limbeck distil mails.csv --schema schema.ts --label kind --watch', 'shows it on a page'],
  ]),
};
