import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { LoadConfigOptions, ResolvedConfig } from 'c12';
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
    configFile: path.basename(file),
    envName: environment() ?? false,
    // A configuration is what its files say: nothing comes from a home folder, from .env, or over the network.
    rcFile: false,
    globalRc: false,
    packageJson: false,
    dotenv: false,
    giget: false,
    omit$Keys: true,
    merger: merge,
    resolve: loadLayer,
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

/** Which environment's settings hold. */
function environment(): string | undefined {
  return process.env['LIMBECK_ENV'] ?? process.env['NODE_ENV'];
}

/**
 * One layer that another one extends; nothing where the loader itself finds it.
 *
 * @throws LimbeckError `data-missing`, `invalid-option`: the loader would pass over it with a warning
 */
async function loadLayer(
  source: string,
  options: { readonly cwd?: string },
): Promise<ResolvedConfig<Layer> | undefined> {
  const from = options.cwd ?? '.';
  if (source === '.') return undefined;
  const file = layerFile(path.resolve(from, source)) ?? packageFile(from, source);
  if (file === 'import-only') return undefined;
  if (file === undefined) throw noLayer(source);
  const exported = await importDefault(file);
  const isMade = typeof exported === 'function';
  const config = (isMade ? await (exported as () => unknown)() : exported) as Layer;
  const env = environment() ?? '';
  const named = config['$env'] as { readonly [name: string]: Layer } | undefined;
  const own = merge(config[`$${env}`] as Layer | undefined, named?.[env]);
  return { config: merge(own, config), configFile: file, cwd: path.dirname(file) };
}

function layerFile(target: string): string | undefined {
  const isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
  const candidates = isFolder
    ? configNames.map((name) => path.join(target, name))
    : ['', '.ts', '.mts', '.js', '.mjs'].map((ending) => target + ending);
  return candidates.find((file) => existsSync(file));
}

/** What a package exports under that name; `import-only` where `require` may not see it. */
function packageFile(from: string, source: string): string | undefined {
  if (/^[./]|^[a-z]+:/i.test(source)) return undefined;
  try {
    return createRequire(path.join(from, 'limbeck.config.js')).resolve(source);
  } catch (cause) {
    const isThere = (cause as { readonly code?: string }).code !== 'MODULE_NOT_FOUND';
    return isThere ? 'import-only' : undefined;
  }
}

function noLayer(source: string): LimbeckError {
  const remote = /^[a-z]+:/i.test(source) && !path.isAbsolute(source);
  return new LimbeckError(remote ? 'invalid-option' : 'data-missing', {
    where: 'limbeck run',
    given: `extends ${JSON.stringify(source)}${remote ? ', which would be fetched' : ', which is not there'}`,
    expected: 'a file, a folder with limbeck.config.ts, or an installed package',
    next: remote
      ? 'Install it as a package, or copy it here: a run fetches no code.'
      : 'Write it from the folder of the file that extends it, such as "./base.config.ts".',
  });
}
