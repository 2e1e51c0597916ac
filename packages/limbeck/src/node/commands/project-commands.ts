import { defineCommand } from 'citty';
import type { CommandIo } from '../io.js';
import { command, type CommandData, group, jsonArg, rootArg } from './command.js';

// Each command's module is loaded when it is called, so that --help and a mistyped name answer at once.

const init = defineCommand({
  meta: { name: 'init', description: 'write a project that runs' },
  args: {
    folder: { type: 'positional', required: false, description: 'where; here if left out' },
    template: {
      type: 'string',
      description: 'pipeline: steps in limbeck.config.ts; distil: one call in distil.mjs',
      valueHint: 'pipeline',
    },
    force: { type: 'boolean', description: 'write over files that are there' },
    ...jsonArg,
  },
  run: async ({ args, data }) => (await import('./init.js')).init(data as CommandIo, { ...args }),
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

const doctor = defineCommand({
  meta: { name: 'doctor', description: 'say what is installed, what runs, and what is missing' },
  args: { ...rootArg, ...jsonArg },
  run: async ({ args, data }) =>
    (await import('./doctor.js')).doctor(data as CommandIo, { root: args.root, json: args.json }),
});

const completion = defineCommand({
  meta: { name: 'completion', description: 'print what makes a shell complete commands' },
  args: {
    shell: { type: 'positional', required: true, description: 'bash, zsh or fish' },
  },
  run: async ({ args, data }) =>
    (await import('./completion.js')).completion(data as CommandData, { shell: args.shell }),
});

/** What sets a project up and looks after it. */
export const projectCommands = {
  init: command(init, [
    ['limbeck init spam', 'a project in the folder spam: npm install, then npm start'],
    ['limbeck init --template distil', 'the same by one call of distil(), here'],
  ]),
  new: group(
    { name: 'new', description: 'start a new part from a template' },
    {
      loss: command(newLoss, [['limbeck new loss total-variation', 'in a checkout of Limbeck']]),
    },
    [['limbeck new loss total-variation', 'in a checkout of Limbeck']],
  ),
  doctor: command(doctor, [['limbeck doctor', 'ends with 1 where something needed is missing']]),
  completion: command(completion, [
    ['source <(limbeck completion bash)', 'in ~/.bashrc'],
    ['limbeck completion fish > ~/.config/fish/completions/limbeck.fish', 'once'],
  ]),
};
