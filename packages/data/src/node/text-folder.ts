import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { checkWhole } from '@limbeck/core';
import { fileError } from './errors.js';
import { filesBelow } from './files-below.js';

/** A text file. */
export interface TextFile {
  /** Its path from the folder, with slashes. */
  readonly path: string;
  /** The file's content, decoded as UTF-8. */
  readonly text: string;
}

/** A file that was left out. */
export interface BadFile {
  /** The file, from the folder on, with forward slashes. */
  readonly path: string;
  /** Why, in a few words. */
  readonly reason: string;
}

/** Options of {@link readTextFolder}. */
export interface ReadTextFolderOptions {
  /** Which files, by the end of their names, such as `['.txt', '.md']`. @defaultValue `['.txt']` */
  readonly extensions?: readonly string[];
  /** Larger files are left out, in bytes. @defaultValue 16 MiB */
  readonly maxBytes?: number;
  /** Receives what was left out: files that are too large or no UTF-8. */
  readonly onBadFile?: (bad: BadFile) => void;
}

/**
 * Reads the text files of a folder and its subfolders one by one, sorted by path, so that the order is the same on
 * every machine. Links are not followed.
 *
 * @throws LimbeckError `data-missing` if there is no folder; `io-failed`
 */
export async function* readTextFolder(
  folder: string,
  options: ReadTextFolderOptions = {},
): AsyncGenerator<TextFile> {
  const { extensions = ['.txt'], maxBytes = 16 * 2 ** 20, onBadFile } = options;
  checkWhole('readTextFolder', { maxBytes }, 1, 'Leave it out to use the default.');
  try {
    for (const path of await filesBelow(folder, { hidden: true })) {
      if (!extensions.some((extension) => path.endsWith(extension))) continue;
      const { size } = await stat(join(folder, path));
      if (size > maxBytes) {
        onBadFile?.({ path, reason: `${size} bytes, more than ${maxBytes}` });
        continue;
      }
      const text = decode(await readFile(join(folder, path)));
      if (text === undefined) onBadFile?.({ path, reason: 'not UTF-8' });
      else yield { path, text };
    }
  } catch (cause) {
    throw fileError('readTextFolder', folder, cause);
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Other bytes than UTF-8: the caller tells of the file.
    return undefined;
  }
}
