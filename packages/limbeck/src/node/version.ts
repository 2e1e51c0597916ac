import { readFile } from 'node:fs/promises';

/** The version of this package, which all packages of a release share. */
export async function version(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
