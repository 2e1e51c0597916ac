import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { CommandIo } from '../io.js';
import { writeWhole } from '../onnx/write-file.js';
import { mergedManifest } from '../templates/merged-manifest.js';
import { projectTemplate } from '../templates/project-files.js';
import { version } from '../version.js';
import { choiceOption } from './command.js';

const where = 'limbeck init';

/** Options of {@link init}. */
export interface InitCommand {
  /** Where the project goes. @defaultValue the current folder */
  readonly folder?: string | undefined;
  /** `pipeline` or `distil`. @defaultValue `pipeline` */
  readonly template?: string | undefined;
  /** Whether files that are there are written over. @defaultValue false */
  readonly force?: boolean | undefined;
  /** Prints the result as JSON. @defaultValue false */
  readonly json?: boolean | undefined;
}

/** Whatever else git is to ignore stays. */
const ignoreFile = '.gitignore';

/**
 * Writes a project that runs: its files, and in `package.json` and `.gitignore` what is not there yet. It asks nothing, so
 * that it works in scripts too.
 *
 * @throws LimbeckError `duplicate-name` for files that are there, none of which is touched; `corrupt-file` for a
 * `package.json` that is no JSON; `invalid-option`, `disk-full`, `io-failed`
 */
export async function init(io: CommandIo, given: InitCommand): Promise<void> {
  const name = choiceOption(where, 'template', given.template, ['pipeline', 'distil']);
  const folder = path.resolve(io.cwd, given.folder ?? '.');
  const template = projectTemplate(name);
  const there = Object.keys(template.files)
    .filter((file) => file !== ignoreFile)
    .filter((file) => existsSync(path.join(folder, file)));
  if (there.length > 0 && given.force !== true) throw isThere(there);
  const manifest = await mergedManifest(where, folder, template, await version());
  const files = {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    ...template.files,
    [ignoreFile]: await mergedLines(path.join(folder, ignoreFile), template.files[ignoreFile]!),
  };
  for (const [file, text] of Object.entries(files)) {
    await writeWhole(where, path.join(folder, file), text);
  }
  const shown = path.relative(io.cwd, folder);
  const { start = '' } = template.scripts;
  const isOurs = manifest.scripts['start'] === start;
  const next = [
    ...(shown === '' ? [] : [`cd ${shown}`]),
    'npm install',
    isOurs ? 'npm start' : start.replace(/^limbeck/, 'npx limbeck'),
  ];
  if (given.json === true) {
    return io.out(
      JSON.stringify({ folder, template: name, files: Object.keys(files), next }, null, 2),
    );
  }
  for (const file of Object.keys(files)) io.out(path.join(shown, file));
  io.err(`Now: ${next.join(' && ')}`);
}

/** A file's lines, and behind them those that it lacks. */
async function mergedLines(file: string, wanted: string): Promise<string> {
  if (!existsSync(file)) return wanted;
  const before = await readFile(file, 'utf8');
  const lines = before.split(/\r?\n/);
  const fresh = wanted.split('\n').filter((line) => line !== '' && !lines.includes(line));
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  return fresh.length === 0 ? before : `${before}${gap}${fresh.join('\n')}\n`;
}

function isThere(files: readonly string[]): LimbeckError {
  return new LimbeckError('duplicate-name', {
    where,
    given: `${files.join(', ')}, already there`,
    expected: 'a folder without such files',
    next: 'Name another folder, as in limbeck init my-project, or write over them with --force.',
  });
}
