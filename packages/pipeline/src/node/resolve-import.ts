import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';

interface Manifest {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}

/** What TypeScript source may lie behind the extension that an import names. */
const sources: { readonly [extension: string]: readonly string[] } = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
};

/** The file that a relative import means, its TypeScript source included. */
export function resolveRelative(from: string, specifier: string): string | undefined {
  const target = path.resolve(path.dirname(from), specifier.split(/[?#]/, 1)[0] ?? '');
  const extension = path.extname(target);
  const stem = target.slice(0, target.length - extension.length);
  const candidates = [target, ...(sources[extension] ?? []).map((source) => stem + source)];
  if (extension === '')
    candidates.push(`${target}.ts`, `${target}.js`, path.join(target, 'index.ts'));
  const found = candidates.find(isFile);
  return found === undefined ? undefined : realpathSync(found);
}

function packageName(specifier: string): string | undefined {
  return /^(@[\w.~-]+\/[\w.~-]+|[\w~-][\w.~-]*)(?:\/|$)/.exec(specifier)?.[1];
}

type Resolved = { readonly file: string } | { readonly name: string; readonly version: string };

const resolutions = new Map<string, Resolved | undefined>();

/** The file to walk on with, for a linked package; the version, for an installed one; nothing for Node's own modules. */
export function resolvePackage(from: string, specifier: string): Resolved | undefined {
  if (isBuiltin(specifier) || packageName(specifier) === undefined) return undefined;
  const key = `${path.dirname(from)} ${specifier}`;
  if (!resolutions.has(key)) resolutions.set(key, lookUp(from, specifier));
  return resolutions.get(key);
}

function lookUp(from: string, specifier: string): Resolved | undefined {
  const name = packageName(specifier) ?? '';
  const folder = packageFolder(from, name);
  if (folder === undefined) return undefined;
  const manifest = manifestOf(path.join(folder, 'package.json'));
  if (folder.split(path.sep).includes('node_modules')) return { name, version: manifest.version };
  try {
    return { file: realpathSync(createRequire(from).resolve(specifier)) };
  } catch {
    // Not built, or without an export that require() takes: its sources say as much.
    const index = path.join(folder, 'src', specifier.slice(name.length), 'index.ts');
    return isFile(index) ? { file: index } : { name, version: manifest.version };
  }
}

/** The real folder of a package as the importing file sees it: its own package too, as Node resolves it. */
function packageFolder(from: string, name: string): string | undefined {
  const own = ownerOf(from);
  if (own?.name === name) return own.folder;
  for (let at = path.dirname(from); ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if (existsSync(path.join(folder, 'package.json'))) return realpathSync(folder);
    if (path.dirname(at) === at) return undefined;
  }
}

const owners = new Map<string, Manifest | undefined>();

/** The package that a file belongs to. */
function ownerOf(file: string): Manifest | undefined {
  const folder = path.dirname(file);
  if (owners.has(folder)) return owners.get(folder);
  const manifest = path.join(folder, 'package.json');
  const owner = existsSync(manifest)
    ? manifestOf(manifest)
    : path.dirname(folder) === folder
      ? undefined
      : ownerOf(folder);
  owners.set(folder, owner);
  return owner;
}

function manifestOf(file: string): Manifest {
  const folder = path.dirname(file);
  let read: { name?: unknown; version?: unknown } = {};
  try {
    read = JSON.parse(readFileSync(file, 'utf8')) as typeof read;
  } catch {
    // A manifest that cannot be read names nothing; Node will complain about it better than we could.
  }
  const name = typeof read.name === 'string' ? read.name : path.basename(folder);
  return { folder, name, version: typeof read.version === 'string' ? read.version : '0.0.0' };
}

/** A file's name without the machine's folders: `<package>/<path>`. */
export function labelOf(file: string): string {
  const owner = ownerOf(file);
  if (owner === undefined) return path.basename(file);
  return `${owner.name}/${path.relative(owner.folder, file).split(path.sep).join('/')}`;
}

/** Whether a file is there. */
export function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
