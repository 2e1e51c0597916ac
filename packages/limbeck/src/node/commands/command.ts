import { type ArgsDef, type CommandDef, defineCommand } from 'citty';
import { LimbeckError } from '@limbeck/core';
import type { CommandIo } from '../io.js';

/** A command, or a group of commands. */
export interface Command {
  /** What citty parses and shows. */
  readonly definition: CommandDef;
  /** Calls worth copying, each with what it does. */
  readonly examples: readonly Example[];
  /** The commands in the group, by name. */
  readonly commands?: { readonly [name: string]: Command };
}

/** What a command is given beside its arguments. */
export interface CommandData extends CommandIo {
  /** All commands, for what speaks of them. */
  readonly root: Command;
}

/** A call, and what it is for. */
export type Example = readonly [call: string, does: string];

/** A command without others below it. */
export function command<T extends ArgsDef>(
  definition: CommandDef<T>,
  examples: readonly Example[],
): Command {
  return { definition: definition as unknown as CommandDef, examples };
}

/** A command that only holds others. */
export function group(
  meta: { readonly name: string; readonly description: string },
  commands: { readonly [name: string]: Command },
  examples: readonly Example[],
): Command {
  const subCommands = Object.fromEntries(
    Object.entries(commands).map(([name, { definition }]) => [name, definition]),
  );
  return { definition: defineCommand({ meta, subCommands }), commands, examples };
}

/** Where the runs lie. */
export const rootArg = {
  root: {
    type: 'string',
    description: 'the folder that holds the runs',
    valueHint: '.limbeck/runs',
  },
} as const;

/** Which run. */
export const runArg = {
  run: {
    type: 'positional',
    required: false,
    description: 'the folder or name of a run; the latest if left out',
  },
} as const;

/** Results for programs. */
export const jsonArg = {
  json: { type: 'boolean', description: 'print the result as JSON' },
} as const;

/** Which fields of the rows are read. */
export const columnArgs = {
  text: {
    type: 'string',
    description: "the rows' field that holds the text",
    valueHint: 'text',
  },
  label: {
    type: 'string',
    description: "the rows' field that holds the label",
    valueHint: 'label',
  },
} as const;

/** An option's whole number. @throws LimbeckError `invalid-option` */
export function wholeOption(
  where: string,
  name: string,
  text: string | undefined,
  least: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least && text.trim() !== '') return value;
  throw new LimbeckError('invalid-option', {
    where,
    given: `--${name} ${JSON.stringify(text)}`,
    expected: `a whole number of at least ${least}`,
    next: `Write it like --${name} ${Math.max(least, 2)}.`,
  });
}

/** The port of `--watch`. @throws LimbeckError `invalid-option` for one that is no number, or without `--watch` */
export function portOption(
  where: string,
  given: { readonly watch?: boolean | undefined; readonly port?: string | undefined },
): number | undefined {
  if (given.port === undefined || given.watch === true) {
    return wholeOption(where, 'port', given.port, 0);
  }
  throw new LimbeckError('invalid-option', {
    where,
    given: '--port without --watch',
    expected: 'both: without --watch no page is served',
    next: 'Add --watch, or leave --port out.',
  });
}

/** An option that is one of several words. @throws LimbeckError `invalid-option` */
export function choiceOption<const Choice extends string>(
  where: string,
  name: string,
  text: string | undefined,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const [first] = choices;
  if (text === undefined) return first;
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new LimbeckError('invalid-option', {
    where,
    given: `--${name} ${JSON.stringify(text)}`,
    expected: choices.join(', '),
    next: `Write it like --${name} ${first}.`,
  });
}
