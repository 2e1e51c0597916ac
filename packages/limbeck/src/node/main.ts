import { isLimbeckError, LimbeckError } from '@limbeck/core';
import { renderUsage, runCommand } from 'citty';
import { suggest } from '../suggest.js';
import type { Command, CommandData } from './commands/command.js';
import { root } from './commands/index.js';
import { type CommandIo, processIo } from './io.js';
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
    if (asksHelp || command.commands !== undefined) {
      io.out(await usage(path, command));
      return asksHelp || path.length === 1 ? 0 : 2;
    }
    await check(path, command, rest);
    const data: CommandData = { ...io, root };
    await runCommand(command.definition, { rawArgs: [...rest], data });
    return 0;
  } catch (error) {
    for (const line of describe(error)) io.err(line);
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

/** citty passes over options that it does not know, and one that is mistyped would be lost without a word. */
async function check(
  path: readonly Command[],
  command: Command,
  rest: readonly string[],
): Promise<void> {
  const args = (await resolve(command.definition.args)) ?? {};
  const options = Object.keys(args).filter((name) => args[name]?.type !== 'positional');
  const positionals = Object.keys(args).filter((name) => args[name]?.type === 'positional');
  const where = await nameOf(path);
  const words: string[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < rest.length; i += 1) {
    const word = rest[i] ?? '';
    const [, dashes, name, value] = /^(--?)([^=]+)(=.*)?$/s.exec(word) ?? [];
    if (name === undefined) {
      words.push(word);
      continue;
    }
    const own = name.replace(/^no-/, '');
    const takesValue = args[own]?.type === 'string';
    // After a single dash citty reads one option a letter, and none of ours is a letter.
    if (dashes === '-' || !options.includes(own) || (takesValue && own !== name))
      throw invalid(where, `the option ${word}`, options, name);
    if (seen.has(own)) throw invalid(where, `--${own} twice`, options);
    seen.add(own);
    if (!takesValue && value !== undefined)
      throw invalid(where, `${word}, which takes no value`, options, own);
    if (!takesValue || value !== undefined) continue;
    i += 1;
    if (rest[i]?.startsWith('--') ?? true) throw invalid(where, `${word} without a value`, options);
  }
  const needed = positionals.filter((name) => args[name]?.required === true);
  if (words.length < needed.length)
    throw invalid(where, `no ${needed[words.length] ?? ''}`, positionals);
  if (words.length > positionals.length) {
    throw invalid(
      where,
      `${JSON.stringify(words[positionals.length])}, one argument too many`,
      positionals,
    );
  }
}

function invalid(
  where: string,
  given: string,
  names: readonly string[],
  mistyped?: string,
): LimbeckError {
  const meant = mistyped === undefined ? undefined : suggest(mistyped, names);
  return new LimbeckError('invalid-option', {
    where,
    given,
    expected: names.length === 0 ? 'nothing' : names.join(', '),
    next: meant === undefined ? `Run ${where} --help.` : `Did you mean --${meant}?`,
  });
}

async function usage(path: readonly Command[], command: Command): Promise<string> {
  const parent = path.at(-2)?.definition;
  const shown = await renderUsage(command.definition, parent);
  const width = Math.max(...command.examples.map(([call]) => call.length));
  const examples = command.examples.map(([call, does]) => `  ${call.padEnd(width)}  # ${does}`);
  return `${shown.trimEnd()}\n\nEXAMPLES\n\n${examples.join('\n')}`;
}

async function nameOf(path: readonly Command[]): Promise<string> {
  const names = await Promise.all(
    path.map(async ({ definition }) => (await resolve(definition.meta))?.name),
  );
  return names.join(' ');
}

async function resolve<T>(value: T | Promise<T> | (() => T) | (() => Promise<T>)): Promise<T> {
  return typeof value === 'function' ? (value as () => T | Promise<T>)() : value;
}

/** The error and what caused it, each on a line; stacks only of what neither Limbeck nor the system said. */
function describe(error: unknown): readonly string[] {
  const lines: string[] = [];
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 5; depth += 1) {
    const text =
      at instanceof Error
        ? isLimbeckError(at) || (depth > 0 && isOfSystem(at))
          ? at.message
          : (at.stack ?? at.message)
        : JSON.stringify(at);
    lines.push(depth === 0 ? text : `because of ${text}`);
    at = at instanceof Error ? at.cause : undefined;
  }
  return lines;
}

/** A file that is not there, a disk that is full: the message says it all. */
function isOfSystem(error: Error): boolean {
  return 'errno' in error;
}

function errorJson({ code, where, given, expected, next }: LimbeckError): string {
  return JSON.stringify({ error: { code, where, given, expected, next } }, null, 2);
}

function exitCode(error: unknown): number {
  if (isLimbeckError(error, 'unknown-command') || isLimbeckError(error, 'invalid-option')) return 2;
  if (isLimbeckError(error, 'gate-failed')) return 3;
  // 128 + the signal's number, as shells report it.
  if (isLimbeckError(error, 'interrupted')) return error.given === 'SIGTERM' ? 143 : 130;
  return 1;
}
