import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files of a folder and its subfolders, from the folder on, with forward slashes and sorted, so that the order is the
 * same on every machine. Links are not followed.
 *
 * @param options - whether to name what starts with a dot as well
 */
export async function filesBelow(
  folder: string,
  options: { readonly hidden?: boolean } = {},
): Promise<readonly string[]> {
  const { hidden = false } = options;
  return (await walk(folder, '')).filter((path) => hidden || !/(^|\/)\./.test(path)).sort();
}

async function walk(folder: string, under: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(folder, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...(await walk(folder, path)));
    else if (entry.isFile()) paths.push(path);
  }
  return paths;
}
