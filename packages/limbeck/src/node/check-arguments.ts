import { LimbeckError } from '@limbeck/core';
import { suggest } from '../suggest.js';
import type { Command } from './commands/command.js';

/**
 * citty passes over what it does not know: a mistyped option would be lost without a word.
 *
 * @throws LimbeckError `invalid-option`
 */
export async function checkArguments(
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

async function nameOf(path: readonly Command[]): Promise<string> {
  const names = await Promise.all(
    path.map(async ({ definition }) => (await resolve(definition.meta))?.name),
  );
  return names.join(' ');
}

async function resolve<T>(value: T | Promise<T> | (() => T) | (() => Promise<T>)): Promise<T> {
  return typeof value === 'function' ? (value as () => T | Promise<T>)() : value;
}
