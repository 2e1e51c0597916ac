import { stripVTControlCharacters } from 'node:util';
import { isLimbeckError, LimbeckError } from '@limbeck/core';
import { renderUsage, runCommand } from 'citty';
import { suggest } from '../suggest.js';
import { checkArguments } from './check-arguments.js';
import type { Command, CommandData } from './commands/command.js';
import { root } from './commands/index.js';
import { type CommandIo, processIo } from './io.js';
import { describeError, errorJson, exitCode } from './tell-error.js';
import { version } from './version.js';

/**
 * The command line, as a function: runs what the arguments say and answers with the exit code: 0 for success, 1 for
 * a failure, 2 for arguments that make no sense, 3 where a gate refused a file, 130 after Ctrl-C, 143 after a polite
 * kill. With `--json` an error is on stdout too, as `{ "error": { code, where, given, expected, next } }`.
 *
 * @param args - What stands behind `limbeck`, such as `['run', 'pipeline.ts']`.
 * @param io - What the command may touch. @defaultValue the process
 */
export async function main(args: readonly string[], io: CommandIo = processIo()): Promise<number> {
  try {
    if (args[0] === '--version') {
      io.out(await version());
      return 0;
    }
    const { path, command, rest } = find(args);
    const asksHelp = rest.includes('--help') || rest.includes('-h');
    if (!asksHelp && command.commands !== undefined) await checkArguments(path, command, rest);
    if (asksHelp || command.commands !== undefined) {
      io.out(await usage(path, command));
      return asksHelp || path.length === 1 ? 0 : 2;
    }
    await checkArguments(path, command, rest);
    const data: CommandData = { ...io, root };
    await runCommand(command.definition, { rawArgs: [...rest], data });
    return 0;
  } catch (error) {
    for (const line of describeError(error)) io.err(line);
    if (args.includes('--json') && isLimbeckError(error)) io.out(errorJson(error));
    return exitCode(error);
  }
}

/** Follows the names down to a command that has none below it. @throws LimbeckError `unknown-command` */
function find(args: readonly string[]): {
  readonly path: readonly Command[];
  readonly command: Command;
  readonly rest: readonly string[];
} {
  const path = [root];
  let command = root;
  let rest = args;
  while (command.commands !== undefined && rest[0] !== undefined && !rest[0].startsWith('-')) {
    const [name = ''] = rest;
    const next = Object.hasOwn(command.commands, name) ? command.commands[name] : undefined;
    if (next === undefined)
      throw unknown(
        name,
        Object.keys(command.commands),
        path.length > 1 ? 'limbeck new' : 'limbeck',
      );
    command = next;
    path.push(next);
    rest = rest.slice(1);
  }
  return { path, command, rest };
}

function unknown(name: string, names: readonly string[], where: string): LimbeckError {
  const meant = suggest(name, names);
  return new LimbeckError('unknown-command', {
    where,
    given: `the command ${JSON.stringify(name)}`,
    expected: `one of ${names.join(', ')}`,
    next:
      meant === undefined
        ? `Run ${where} --help to see what each does.`
        : `Did you mean ${where} ${meant}?`,
  });
}

async function usage(path: readonly Command[], command: Command): Promise<string> {
  const parent = path.at(-2)?.definition;
  const coloured = await renderUsage(command.definition, parent);
  const shown = process.stdout.isTTY ? coloured : stripVTControlCharacters(coloured);
  const width = Math.max(...command.examples.map(([call]) => call.length));
  const examples = command.examples.map(([call, does]) => `  ${call.padEnd(width)}  # ${does}`);
  return `${shown.trimEnd()}\n\nEXAMPLES\n\n${examples.join('\n')}`;
}
