import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { LoadConfigOptions } from 'c12';
import type { LimbeckConfig } from '../config.js';
import { importModule } from './import-module.js';

type Layer = { readonly [key: string]: unknown };

/** The extensions that a configuration's file may have, and how it is called in a folder. */
export const configNames = ['ts', 'mts', 'js', 'mjs'].map((ending) => `limbeck.config.${ending}`);

/** Fields of which several layers each set a part. */
const joined = new Set(['config', 'seeds', 'publish']);

/**
 * What a configuration's file says together with the layers that it extends and the environment's own settings.
 *
 * @throws LimbeckError `data-missing` for a layer that is not there, `invalid-option` for one from the network; whatever
 * the files throw
 */
export async function loadLayers(file: string): Promise<LimbeckConfig> {
  const { loadConfig } = await import('c12');
  const { config } = await loadConfig<Layer>({
    name: 'limbeck',
    cwd: path.dirname(file),
    configFile: file,
    envName: process.env['LIMBECK_ENV'] ?? process.env['NODE_ENV'] ?? false,
    // A configuration is what its files say: nothing comes from a home folder, from .env, or over the network.
    rcFile: false,
    globalRc: false,
    packageJson: false,
    dotenv: false,
    giget: false,
    omit$Keys: true,
    merger: merge,
    resolve: checkLayer,
    jiti: { import: importDefault } as unknown as NonNullable<LoadConfigOptions['jiti']>,
  });
  return config;
}

/** A module's configuration: its default export, or the one called `pipeline`. */
async function importDefault(file: string): Promise<unknown> {
  const exported = await importModule(file);
  const config = exported.default ?? exported['pipeline'];
  if (typeof config === 'function') return config;
  // A copy: the loader takes fields off it, and a module stays in memory.
  return typeof config === 'object' && config !== null ? { ...config } : {};
}

/** The first that sets a field wins; parts of {@link joined} fields come together. */
function merge(...sources: readonly (Layer | null | undefined)[]): Layer {
  const merged: { [key: string]: unknown } = {};
  for (const source of sources) {
    for (const [key, value] of Object.entries(source ?? {})) {
      const nearer = merged[key];
      if (nearer === undefined) merged[key] = value;
      else if (joined.has(key)) merged[key] = { ...(value as object), ...(nearer as object) };
    }
  }
  return merged;
}

/** Refuses what the loader would pass over with a warning. It answers nothing: the loader finds the file itself. */
function checkLayer(source: string, options: { readonly cwd?: string }): undefined {
  const from = options.cwd ?? '.';
  if (source === '.' || isThere(path.resolve(from, source)) || isPackage(from, source)) return;
  const remote = /^[a-z]+:/i.test(source) && !path.isAbsolute(source);
  throw new LimbeckError(remote ? 'invalid-option' : 'data-missing', {
    where: 'limbeck run',
    given: `extends ${JSON.stringify(source)}${remote ? ', which would be fetched' : ', which is not there'}`,
    expected: 'a file, a folder with limbeck.config.ts, or an installed package',
    next: remote
      ? 'Install it as a package, or copy it here: a run fetches no code.'
      : 'Write it from the folder of the file that extends it, such as "./base.config.ts".',
  });
}

function isThere(target: string): boolean {
  const endings = ['', '.ts', '.mts', '.js', '.mjs'];
  return endings.some((ending) => existsSync(target + ending));
}

function isPackage(from: string, source: string): boolean {
  try {
    createRequire(path.join(from, 'limbeck.config.js')).resolve(source);
    return true;
  } catch (cause) {
    // One that only `import` may load is there too.
    return (cause as { readonly code?: string }).code !== 'MODULE_NOT_FOUND';
  }
}
