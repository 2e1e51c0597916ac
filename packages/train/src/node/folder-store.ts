import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { checkFolder } from '../check-arguments.js';
import type { CheckpointStore } from '../checkpoint.js';
import { fileError } from './file-errors.js';
import { makeFolder } from './make-folder.js';

/**
 * Checkpoints as files `<name>.safetensors` in a folder. A file is written beside its place, flushed to the disk,
 * then renamed, so that a kill at any moment leaves the old one or the new one.
 *
 * @throws LimbeckError `invalid-option` for what is no path
 */
export function folderStore(folder: string): CheckpointStore {
  checkFolder('folderStore', folder);
  const place = (name: string): string => path.join(folder, `${name}.safetensors`);
  return {
    read: async (name) => {
      try {
        return await readFile(place(name));
      } catch (cause) {
        if ((cause as { code?: unknown }).code === 'ENOENT') return undefined;
        throw fileError(`checkpoint file ${place(name)}`, cause);
      }
    },
    write: async (name, bytes) => {
      const beside = `${place(name)}.tmp`;
      try {
        await makeFolder(folder);
        const file = await open(beside, 'w');
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(beside, place(name));
      } catch (cause) {
        // Whatever cleaning up says, the write's own error is the one to tell.
        await rm(beside, { force: true }).catch(() => undefined);
        throw fileError(`checkpoint file ${place(name)}`, cause);
      }
    },
  };
}
