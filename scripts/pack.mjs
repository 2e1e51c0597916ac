// Packs packages as they would be published and answers where the tarballs lie.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pnpm } from './pnpm.mjs';

/**
 * Packs the named packages (by `@limbeck/...` name) into a folder; built they must be.
 *
 * @param {readonly string[]} names
 * @param {string} folder
 * @returns {{ [name: string]: string }} the tarballs' paths
 */
export function pack(names, folder) {
  mkdirSync(folder, { recursive: true });
  const filters = names.flatMap((name) => ['--filter', name]);
  const status = pnpm([...filters, '-r', 'pack', '--pack-destination', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`pnpm pack failed with status ${status}.`);
  const files = readdirSync(folder);
  return Object.fromEntries(
    names.map((name) => {
      const stem = name.replace('@', '').replace('/', '-');
      const file = files.find(
        (other) => /^-\d/.test(other.slice(stem.length)) && other.startsWith(stem),
      );
      if (!file) throw new Error(`No tarball of ${name} in ${folder}.`);
      return [name, path.join(folder, file)];
    }),
  );
}
