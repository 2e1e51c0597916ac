import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LimbeckError } from '@limbeck/core';
import { sha256 } from './hash.js';

/** What a module and all that it imports consist of. */
export interface CodeVersion {
  /** The sha256 of each file of the project and of linked packages, by `<package>/<path>`. */
  readonly files: { readonly [file: string]: string };
  /** The version of each installed package that they import. */
  readonly packages: { readonly [name: string]: string };
}

interface Manifest {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}

/**
 * What `import`, `export ... from`, `import()`, `require()` and `new URL(..., import.meta.url)` name. It looks into
 * comments and strings too: one module too many costs a needless run, one too few a stale result.
 */
const specifiers =
  /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|\bnew\s+URL\s*\(\s*)(["'])([^"'\n]+)\1/g;

/** Types are taken out before a module runs, and what they come from with them. */
const typeImports =
  /\b(?:import|export)\s+type\s+(?:\{[^{}]*\}|\*(?:\s*as\s+\w+)?|\w+)\s*from\s*(["'])[^"'\n]+\1/g;

/** What TypeScript source may lie behind the extension that an import names. */
const sources: { readonly [extension: string]: readonly string[] } = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
};

/**
 * The version of a module's code: the hashes of the module and of what it imports from the project (for more than its
 * types), and the versions of the packages. Packages that are linked (a workspace's) are walked like the project; installed ones count by
 * their version.
 *
 * @param module - URL of the module, `import.meta.url`.
 * @throws LimbeckError `invalid-option` if it is no file's URL, or the file is not there.
 */
export function codeVersion(module: string): CodeVersion {
  const files = new Map<string, string>();
  const packages = new Map<string, string>();
  const pending = [entryFile(module)];
  const seen = new Set<string>(pending);
  const add = (file: string | undefined): void => {
    if (file === undefined || seen.has(file)) return;
    seen.add(file);
    pending.push(file);
  };
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const { hash, imports } = scan(file);
    files.set(labelOf(file), hash);
    for (const specifier of imports) {
      if (specifier.startsWith('.')) add(resolveRelative(file, specifier));
      else if (!isBuiltin(specifier) && packageName(specifier) !== undefined) {
        const found = resolvePackage(file, specifier);
        if (found === undefined) continue;
        if ('file' in found) add(found.file);
        else packages.set(found.name, found.version);
      }
    }
  }
  return { files: sorted(files), packages: sorted(packages) };
}

function entryFile(module: string): string {
  const bare = module.split(/[?#]/, 1)[0] ?? '';
  const file = bare.startsWith('file:') ? fileURLToPath(bare) : undefined;
  if (file !== undefined && isFile(file)) return realpathSync(file);
  throw new LimbeckError('invalid-option', {
    where: 'step',
    given: `module ${JSON.stringify(path.basename(module))}`,
    expected: 'the URL of a file',
    next: 'Pass import.meta.url of the module that holds the step, or a version of your own.',
  });
}

const scans = new Map<
  string,
  { readonly stamp: string; readonly hash: string; readonly imports: readonly string[] }
>();

/** The hash of a file and what it imports, read again only when its size or time has changed. */
function scan(file: string): { readonly hash: string; readonly imports: readonly string[] } {
  const { size, mtimeMs } = statSync(file);
  const stamp = `${size} ${mtimeMs}`;
  const known = scans.get(file);
  if (known?.stamp === stamp) return known;
  const bytes = readFileSync(file);
  const code = /\.[cm]?[jt]sx?$/.test(file)
    ? bytes.toString('utf8').replaceAll(typeImports, '')
    : '';
  const imports = [...new Set([...code.matchAll(specifiers)].map((match) => match[2] ?? ''))];
  const fresh = { stamp, hash: sha256(bytes), imports };
  scans.set(file, fresh);
  return fresh;
}

function resolveRelative(from: string, specifier: string): string | undefined {
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

/** The file to walk on with, for a linked package; the version, for an installed one. */
function resolvePackage(from: string, specifier: string): Resolved | undefined {
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
function labelOf(file: string): string {
  const owner = ownerOf(file);
  if (owner === undefined) return path.basename(file);
  return `${owner.name}/${path.relative(owner.folder, file).split(path.sep).join('/')}`;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function sorted(map: ReadonlyMap<string, string>): { readonly [key: string]: string } {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
