import { type Command, group } from './command.js';
import { distilCommands } from './distil-command.js';
import { modelCommands } from './model-commands.js';
import { projectCommands } from './project-commands.js';
import { runCommands } from './run-commands.js';

const { init, ...otherProjectCommands } = projectCommands;

/** All that `limbeck` can do, in the order in which help lists it. */
export const root: Command = group(
  { name: 'limbeck', description: 'Distils large models into small ones, in TypeScript.' },
  { init, ...distilCommands, ...runCommands, ...modelCommands, ...otherProjectCommands },
  [
    ['limbeck init spam', 'writes a project that runs'],
    ['limbeck distil mails.csv --text body --label kind', 'makes a student of a CSV'],
    ['limbeck run --why', 'says which steps would run, and why'],
    ['limbeck eval student test.csv --text body --label kind', 'measures a student'],
  ],
);
