// Where a file of the repository stands on the site.
import { statSync } from 'node:fs';
import path from 'node:path';
import { root } from '../workspace.mjs';

const copied = /\.(?:png|svg|jpg|jpeg|gif|webp|json|html|txt|csv)$/;

/** What a link from a page leads to: the file, `page`, `code` or `copy`; or `undefined` if nothing is there. */
export function targetOf(file) {
  const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return targetOf(path.posix.join(file, 'README.md'));
  if (file.endsWith('.md')) return { file, kind: 'page' };
  return { file, kind: copied.test(file) ? 'copy' : 'code' };
}

/** The address of a target, from the site's root. */
export function addressOf({ file, kind }) {
  if (kind === 'copy') return file;
  if (kind === 'code') return `${file}.html`;
  return file.replace(/(^|\/)README\.md$/, '$1index.html').replace(/\.md$/, '.html');
}

/** A relative link from one address to another. */
export function relative(from, to) {
  const link = path.posix.relative(path.posix.dirname(from), to);
  return link === '' ? path.posix.basename(to) : link;
}
