import { defineCommand } from 'citty';
import type { CommandIo } from '../io.js';
import { command, jsonArg, rootArg, runArg } from './command.js';

// Each command's module is loaded when it is called, so that --help and a mistyped name answer at once.

const run = defineCommand({
  meta: { name: 'run', description: 'run a pipeline; what is done already is not done again' },
  args: {
    config: {
      type: 'positional',
      required: false,
      description: 'the file that exports it; limbeck.config.ts if left out',
    },
    ...rootArg,
    verify: { type: 'boolean', description: 'read cached files again' },
    why: { type: 'boolean', description: 'say what would run and why, and run nothing' },
    parallel: {
      type: 'string',
      description: 'how many steps may run at once, where none needs the other',
      valueHint: '1',
    },
    watch: { type: 'boolean', description: 'show the run on a page while it goes on' },
    port: {
      type: 'string',
      description: "with --watch, the page's port",
      valueHint: 'the first free one',
    },
    ...jsonArg,
  },
  run: async ({ args, data }) =>
    (await import('./run.js')).run(data as CommandIo, {
      config: args.config,
      root: args.root,
      verify: args.verify,
      why: args.why,
      parallel: args.parallel,
      watch: args.watch,
      port: args.port,
      json: args.json,
    }),
});

const resume = defineCommand({
  meta: { name: 'resume', description: 'go on with a run that was stopped' },
  args: { ...runArg, ...rootArg, ...jsonArg },
  run: async ({ args, data }) =>
    (await import('./resume.js')).resume(data as CommandIo, {
      run: args.run,
      root: args.root,
      json: args.json,
    }),
});

const report = defineCommand({
  meta: { name: 'report', description: 'say what a run came to, and write its page again' },
  args: {
    run: {
      ...runArg.run,
      description: 'the folder or name of a run; the latest with a report if left out',
    },
    other: {
      type: 'positional',
      required: false,
      description: 'with --compare, the second run',
    },
    ...rootArg,
    compare: { type: 'boolean', description: 'compare two runs, and write a page of both' },
    out: {
      type: 'string',
      description: 'with --compare, where the page goes',
      valueHint: 'compared.html',
    },
    ...jsonArg,
  },
  run: async ({ args, data }) =>
    (await import('./report.js')).report(data as CommandIo, {
      run: args.run,
      root: args.root,
      compare: args.compare,
      other: args.other,
      out: args.out,
      json: args.json,
    }),
});

const gc = defineCommand({
  meta: { name: 'gc', description: 'delete old runs, never one that is being worked in' },
  args: {
    ...rootArg,
    keep: {
      type: 'string',
      description: 'how many runs of each pipeline stay, the latest first; failed ones count apart',
      valueHint: '5',
    },
    older: {
      type: 'string',
      description: 'of the others those go that began longer ago than this: 12h, 30d, 4w',
      valueHint: '0d',
    },
    'dry-run': { type: 'boolean', description: 'only say what would go' },
    ...jsonArg,
  },
  run: async ({ args, data }) =>
    (await import('./gc.js')).gc(data as CommandIo, {
      root: args.root,
      keep: args.keep,
      older: args.older,
      dryRun: args['dry-run'],
      json: args.json,
    }),
});

/** What runs a pipeline, and what looks after its runs. */
export const runCommands = {
  run: command(run, [
    ['limbeck run', 'runs limbeck.config.ts of this folder'],
    ['limbeck run --why', 'says which steps would run, and why'],
    ['limbeck run --watch', 'shows losses, speed and time left on a page of this machine'],
    ['limbeck run study.ts --parallel 4', 'runs another file, up to four steps at once'],
  ]),
  resume: command(resume, [['limbeck resume', 'goes on with the latest run']]),
  report: command(report, [
    ['limbeck report', 'shows the latest run and writes report.html'],
    ['limbeck report --compare old new', 'says what changed between the runs in two folders'],
  ]),
  gc: command(gc, [
    ['limbeck gc --dry-run', 'says what would go'],
    ['limbeck gc --keep 2 --older 30d', 'keeps two runs a pipeline and all of the last 30 days'],
  ]),
};
