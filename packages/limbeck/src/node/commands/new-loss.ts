import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { CommandIo } from '../io.js';
import { addExport } from './add-export.js';
import { benchTemplate, lossNames, lossTemplate, testTemplate } from './loss-templates.js';

/**
 * Starts a loss: its file, its test and its benchmark, and its line in the index. What it writes runs and passes; the
 * equation in it is a stand-in.
 *
 * @param given - `name`: words joined by hyphens, such as `total-variation`; `folder`: the package.
 * @throws LimbeckError `invalid-option` for a name of another form; `duplicate-name` if the loss is there;
 * `data-missing` for a folder without `src/index.ts`.
 */
export async function newLoss(
  io: CommandIo,
  given: { readonly name: string; readonly folder?: string | undefined },
): Promise<void> {
  const { name, folder = path.join('packages', 'losses') } = given;
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) {
    throw new LimbeckError('invalid-option', {
      where: 'limbeck new loss',
      given: `the name ${JSON.stringify(name)}`,
      expected: 'lower-case words joined by hyphens',
      next: 'Name it like total-variation: the function is then totalVariation.',
    });
  }
  const base = path.resolve(io.cwd, folder);
  const index = path.join(base, 'src', 'index.ts');
  const exports = await readFile(index, 'utf8').catch((cause: unknown) => {
    throw new LimbeckError('data-missing', {
      where: 'limbeck new loss',
      given: `${folder} without src/index.ts`,
      expected: 'the folder of a package of losses',
      next: 'Run it at the top of a checkout of Limbeck, or name the package with --folder.',
      cause,
    });
  });
  const names = lossNames(name);
  const files: readonly (readonly [string, string])[] = [
    [`src/${name}.ts`, lossTemplate(names)],
    [`test/${name}.test.ts`, testTemplate(names)],
    [`bench/${name}.bench.ts`, benchTemplate(names)],
  ];
  for (const [file, text] of files) await create(base, file, text);
  const line = `export { ${names.call}, type ${names.type}Needs } from './${name}.js';`;
  await writeFile(index, addExport(exports, line));
  for (const [file] of files) io.out(path.join(folder, file));
  io.out(path.join(folder, 'src', 'index.ts'));
  io.err(`Now write the equation of ${names.call}: docs/add-a-loss.md shows how.`);
}

async function create(base: string, file: string, text: string): Promise<void> {
  const target = path.join(base, file);
  await mkdir(path.dirname(target), { recursive: true });
  try {
    await writeFile(target, text, { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new LimbeckError('duplicate-name', {
      where: 'limbeck new loss',
      given: `${file}, which is there`,
      expected: 'a name that no loss has',
      next: 'Choose another name, or delete the file.',
      cause,
    });
  }
}
