import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The files of a folder and its subfolders, from the folder on, with forward slashes and sorted, so that the order is the
 * same on every machine. Links to folders are not followed.
 *
 * @param options - whether to name what starts with a dot, and links to files, as well
 */
export async function filesBelow(
  folder: string,
  options: { readonly hidden?: boolean; readonly links?: boolean } = {},
): Promise<readonly string[]> {
  const { hidden = false, links = false } = options;
  return (await walk(folder, '', links)).filter((path) => hidden || !/(^|\/)\./.test(path)).sort();
}

async function walk(folder: string, under: string, links: boolean): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(folder, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...(await walk(folder, path, links)));
    else if (entry.isFile() || (links && (await leadsToFile(join(folder, path))))) paths.push(path);
  }
  return paths;
}

/** Whether a file is what a link leads to; one that leads nowhere does not count. */
async function leadsToFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
