import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LimbeckError } from '@limbeck/core';
import { sha256 } from './hash.js';
import { isFile, labelOf, resolvePackage, resolveRelative } from './resolve-import.js';

/** What a module and all that it imports consist of. */
export interface CodeVersion {
  /** The sha256 of each file of the project and of linked packages, by `<package>/<path>`. */
  readonly files: { readonly [file: string]: string };
  /** The version of each installed package that they import. */
  readonly packages: { readonly [name: string]: string };
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

/**
 * The version of a module's code: the hashes of the module and of what it imports from the project (for more than its
 * types), and the versions of the packages. Packages that are linked (a workspace's) are walked like the project;
 * installed ones count by their version.
 *
 * @param module - URL of the module, `import.meta.url`.
 * @throws LimbeckError `invalid-option` if it is no file's URL, or the file is not there.
 */
export function codeVersion(module: string): CodeVersion {
  return walkFrom(module, new Map());
}

/** A file: its name without the machine's folders, its hash, and what it imports. */
interface Looked {
  readonly label: string;
  readonly hash: string;
  readonly files: readonly string[];
  readonly packages: readonly { readonly name: string; readonly version: string }[];
}

/**
 * As {@link codeVersion}, without looking again at files that were looked at a moment ago: modules of one run reach much
 * the same ones.
 *
 * @param known - what is known of files; what is found is added
 */
export function walkFrom(module: string, known: Map<string, Looked>): CodeVersion {
  const files = new Map<string, string>();
  const packages = new Map<string, string>();
  const pending = [entryFile(module)];
  const seen = new Set<string>(pending);
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const looked = known.get(file) ?? lookAt(file);
    known.set(file, looked);
    files.set(looked.label, looked.hash);
    for (const { name, version } of looked.packages) packages.set(name, version);
    for (const next of looked.files) {
      if (!seen.has(next)) pending.push(next);
      seen.add(next);
    }
  }
  return { files: sorted(files), packages: sorted(packages) };
}

function lookAt(file: string): Looked {
  const { hash, imports } = scan(file);
  const found = imports.map((specifier) => {
    if (!specifier.startsWith('.')) return resolvePackage(file, specifier);
    const target = resolveRelative(file, specifier);
    return target === undefined ? undefined : { file: target };
  });
  return {
    label: labelOf(file),
    hash,
    files: found.flatMap((each) => (each !== undefined && 'file' in each ? [each.file] : [])),
    packages: found.filter((each) => each !== undefined && 'name' in each),
  };
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

function sorted(map: ReadonlyMap<string, string>): { readonly [key: string]: string } {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
