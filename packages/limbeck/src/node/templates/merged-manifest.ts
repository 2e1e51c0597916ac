import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { Template } from './project-files.js';

/** A `package.json`, as far as a template knows it. */
export interface Manifest {
  readonly scripts: { readonly [name: string]: string };
  readonly dependencies: { readonly [name: string]: string };
  readonly [field: string]: unknown;
}

/**
 * What there is of a folder's `package.json`, with the scripts and packages that a template needs; what is there stays as
 * it is. A new one is a module's and private; an old one is left what it was, since its files may count on it.
 *
 * @param own - the version of Limbeck
 * @throws LimbeckError `corrupt-file` for one that is no JSON object
 */
export async function mergedManifest(
  where: string,
  folder: string,
  template: Template,
  own: string,
): Promise<Manifest> {
  const before = await readManifest(where, path.join(folder, 'package.json'));
  const wanted = {
    ...Object.fromEntries(template.packages.map((name) => [name, `^${own}`])),
    ...template.others,
  };
  const known = Object(before?.['devDependencies']) as object;
  const fresh = Object.fromEntries(Object.entries(wanted).filter(([name]) => !(name in known)));
  return {
    ...(before ?? { name: nameOf(folder), private: true, type: 'module' }),
    scripts: { ...template.scripts, ...(Object(before?.['scripts']) as object) },
    dependencies: { ...fresh, ...(Object(before?.['dependencies']) as object) },
  };
}

/** A name that npm takes. */
function nameOf(folder: string): string {
  const name = path
    .basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[._-]+/, '');
  return name === '' ? 'project' : name;
}

async function readManifest(
  where: string,
  file: string,
): Promise<{ readonly [key: string]: unknown } | undefined> {
  if (!existsSync(file)) return undefined;
  const corrupt = (cause?: unknown): LimbeckError =>
    new LimbeckError('corrupt-file', {
      where,
      given: 'a package.json that is no JSON object',
      expected: 'one that npm can read',
      next: 'Mend it, or name another folder: limbeck init my-project.',
      cause,
    });
  let manifest: unknown;
  try {
    manifest = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw corrupt(cause);
  }
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) throw corrupt();
  return manifest as { readonly [key: string]: unknown };
}
