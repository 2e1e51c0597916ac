import { existsSync } from 'node:fs';
import path from 'node:path';

/** What a test may need that not every machine has. */
export type Requirement = 'chromium' | 'data';

const root = path.resolve(import.meta.dirname, '..');

/** The folder of real data sets, `LIMBECK_DATA` read from the workspace's root; or why there is none. */
function data(): { readonly path?: string; readonly missing?: string } {
  const named = process.env['LIMBECK_DATA'];
  if (!named) return { missing: 'LIMBECK_DATA names no folder of data sets' };
  const folder = path.resolve(root, named);
  if (!existsSync(folder)) return { missing: `LIMBECK_DATA names ${folder}, which is not there` };
  return { path: folder };
}

/** The browser: `LIMBECK_CHROMIUM`, or where Linux distributions put it; or why there is none. */
export function findChromium(): { readonly path?: string; readonly missing?: string } {
  const named = process.env['LIMBECK_CHROMIUM'];
  const candidates = named ? [named] : ['/usr/bin/chromium', '/usr/bin/chromium-browser'];
  const found = candidates.find((file) => existsSync(file));
  return found === undefined
    ? { missing: `no browser at ${candidates.join(' or ')}` }
    : { path: found };
}

/**
 * Where a requirement is: a folder or a file. Without it the test that asks is skipped with a message, or fails
 * if the comma-separated `LIMBECK_REQUIRE` names it.
 *
 * Call it first in a test, with the test's own context:
 *
 * ```ts
 * test('draws the page', async (context) => {
 *   const browser = requires('chromium', context);
 * });
 * ```
 */
export function requires(what: Requirement, context: { skip(note?: string): never }): string {
  const { path: found, missing } = what === 'data' ? data() : findChromium();
  if (found !== undefined) return found;
  const required = (process.env['LIMBECK_REQUIRE'] ?? '').split(',').map((name) => name.trim());
  if (required.includes(what)) {
    throw new Error(`This test needs ${what}, which LIMBECK_REQUIRE demands: ${missing}.`);
  }
  console.warn(`Skipped for want of ${what}: ${missing}.`);
  return context.skip(`needs ${what}: ${missing}`);
}
