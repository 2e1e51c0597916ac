import { type ArgsDef, type CommandDef, defineCommand } from 'citty';
import type { CommandIo } from '../io.js';

const rootArg = {
  root: {
    type: 'string',
    description: 'the folder that holds the runs',
    valueHint: '.limbeck/runs',
  },
} as const;

const runArg = {
  run: {
    type: 'positional',
    required: false,
    description: 'the folder of a run; the latest if left out',
  },
} as const;

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
  },
  run: async ({ args, data }) =>
    (await import('./run.js')).run(data as CommandIo, {
      config: args.config,
      root: args.root,
      verify: args.verify,
    }),
});

const resume = defineCommand({
  meta: { name: 'resume', description: 'go on with a run that was stopped' },
  args: { ...runArg, ...rootArg },
  run: async ({ args, data }) =>
    (await import('./resume.js')).resume(data as CommandIo, { run: args.run, root: args.root }),
});

const report = defineCommand({
  meta: { name: 'report', description: 'say what a run came to, and write its page again' },
  args: { ...runArg, ...rootArg },
  run: async ({ args, data }) =>
    (await import('./report.js')).report(data as CommandIo, { run: args.run, root: args.root }),
});

const newLoss = defineCommand({
  meta: { name: 'loss', description: 'start a loss: its file, test and benchmark' },
  args: {
    name: { type: 'positional', required: true, description: 'words joined by hyphens' },
    folder: {
      type: 'string',
      description: 'the package to put it in',
      valueHint: 'packages/losses',
    },
  },
  run: async ({ args, data }) =>
    (await import('./new-loss.js')).newLoss(data as CommandIo, {
      name: args.name,
      folder: args.folder,
    }),
});

/** A command, or a group of commands. */
export interface Command {
  /** What citty parses and shows. */
  readonly definition: CommandDef;
  /** The commands in the group, by name. */
  readonly commands?: { readonly [name: string]: Command };
}

const command = <T extends ArgsDef>(definition: CommandDef<T>): Command => ({
  definition: definition as unknown as CommandDef,
});

const kinds = { loss: command(newLoss) };

const commands = {
  run: command(run),
  resume: command(resume),
  report: command(report),
  new: {
    definition: defineCommand({
      meta: { name: 'new', description: 'start a new part from a template' },
      subCommands: { loss: newLoss },
    }),
    commands: kinds,
  },
};

/** All that `limbeck` can do. */
export const root: Command = {
  definition: defineCommand({
    meta: { name: 'limbeck', description: 'Distils large models into small ones, in TypeScript.' },
    subCommands: Object.fromEntries(
      Object.entries(commands).map(([name, { definition }]) => [name, definition]),
    ),
  }),
  commands,
};
