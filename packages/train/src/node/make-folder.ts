import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

const codeOf = (cause: unknown): unknown => (cause as { readonly code?: unknown }).code;

/**
 * Makes a folder and those above it, unless it is there. Node's own recursive mkdir never returns where a folder that
 * exists refuses new ones with `ENOENT`, as `/proc` does.
 */
export async function makeFolder(folder: string): Promise<void> {
  const place = path.resolve(folder);
  try {
    await mkdir(place);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST' && (await isFolder(place))) return;
    const above = path.dirname(place);
    if (codeOf(cause) !== 'ENOENT' || above === place) throw cause;
    await makeFolder(above);
    await mkdir(place).catch((again: unknown) => {
      if (codeOf(again) !== 'EEXIST') throw again;
    });
  }
}

async function isFolder(place: string): Promise<boolean> {
  try {
    return (await stat(place)).isDirectory();
  } catch {
    // Not to be looked at, so no folder to write into: the caller throws what mkdir said.
    return false;
  }
}
