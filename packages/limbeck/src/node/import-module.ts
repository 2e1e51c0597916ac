import { pathToFileURL } from 'node:url';

/** What a module exports. */
export interface Exports {
  readonly default?: unknown;
  readonly [name: string]: unknown;
}

/** What Node says where it cannot run TypeScript, or cannot run it all. */
const needsJiti = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
]);

/** Node itself first, which newer versions and tsx can; jiti where it does not know TypeScript. */
export async function importModule(file: string): Promise<Exports> {
  try {
    return (await import(pathToFileURL(file).href)) as Exports;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/\.[mc]?ts$/.test(file) || !needsJiti.has(code)) throw error;
    return importTypeScript(file);
  }
}

/** Loads TypeScript where Node cannot, imports of `./name.js` that mean `./name.ts` among it. */
export async function importTypeScript(file: string): Promise<Exports> {
  const { createJiti } = await import('jiti');
  return createJiti(pathToFileURL(file).href).import<Exports>(file);
}
