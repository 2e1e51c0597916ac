import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { CommandIo } from '../io.js';
import { writeWhole } from '../onnx/write-file.js';
import { projectTemplate, type Template } from '../templates/project-files.js';
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

/**
 * Writes a project that runs: its files, and in `package.json` the scripts and packages that are not there yet. It asks
 * nothing, so that it works in scripts too.
 *
 * @throws LimbeckError `duplicate-name` for files that are there, none of which is touched; `corrupt-file` for a
 * `package.json` that is no JSON; `invalid-option`, `disk-full`, `io-failed`
 */
export async function init(io: CommandIo, given: InitCommand): Promise<void> {
  const name = choiceOption(where, 'template', given.template, ['pipeline', 'distil']);
  const folder = path.resolve(io.cwd, given.folder ?? '.');
  const template = projectTemplate(name);
  const there = Object.keys(template.files).filter((file) => existsSync(path.join(folder, file)));
  if (there.length > 0 && given.force !== true) throw isThere(there);
  const manifest = await mergedManifest(folder, template, await version());
  const files = { 'package.json': manifest, ...template.files };
  for (const [file, text] of Object.entries(files)) {
    await writeWhole(where, path.join(folder, file), text);
  }
  const shown = path.relative(io.cwd, folder);
  const next = [...(shown === '' ? [] : [`cd ${shown}`]), 'npm install', 'npm start'];
  if (given.json === true) {
    return io.out(
      JSON.stringify({ folder, template: name, files: Object.keys(files), next }, null, 2),
    );
  }
  for (const file of Object.keys(files)) io.out(path.join(shown, file));
  io.err(`Now: ${next.join(' && ')}`);
}

/** What there is of a `package.json`, with what is missing; what is there stays as it is. */
async function mergedManifest(folder: string, template: Template, own: string): Promise<string> {
  const before = await readManifest(path.join(folder, 'package.json'));
  const wanted = {
    ...Object.fromEntries(template.packages.map((name) => [name, `^${own}`])),
    ...template.others,
  };
  const known = Object(before['devDependencies']) as object;
  const fresh = Object.fromEntries(Object.entries(wanted).filter(([name]) => !(name in known)));
  const manifest = {
    name: path
      .basename(folder)
      .toLowerCase()
      .replaceAll(/[^a-z0-9._~-]+/g, '-'),
    private: true,
    type: 'module',
    ...before,
    scripts: { ...template.scripts, ...(Object(before['scripts']) as object) },
    dependencies: { ...fresh, ...(Object(before['dependencies']) as object) },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

async function readManifest(file: string): Promise<{ readonly [key: string]: unknown }> {
  if (!existsSync(file)) return {};
  try {
    return Object(JSON.parse(await readFile(file, 'utf8'))) as { readonly [key: string]: unknown };
  } catch (cause) {
    throw new LimbeckError('corrupt-file', {
      where,
      given: 'a package.json that is not JSON',
      expected: 'one that npm can read',
      next: 'Mend it, or name another folder: limbeck init my-project.',
      cause,
    });
  }
}

function isThere(files: readonly string[]): LimbeckError {
  return new LimbeckError('duplicate-name', {
    where,
    given: `${files.join(', ')}, already there`,
    expected: 'a folder without such files',
    next: 'Name another folder, as in limbeck init my-project, or write over them with --force.',
  });
}
