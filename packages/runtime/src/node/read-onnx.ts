import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { ExternalData } from '@limbeck/tensor';

/** An ONNX file, and a way to the values that stand in files beside it. */
export interface OnnxFile {
  /** The file. */
  readonly bytes: Uint8Array;
  /**
   * Reads values from a file in the model's folder, also past 2 GB: the option of `fromOnnx`.
   * @throws LimbeckError `corrupt-onnx` if it leads out of that folder, by its path or by a link, or holds fewer bytes than
   * are asked for; `data-missing`, `io-failed`
   */
  readonly readExternal: (data: ExternalData) => Uint8Array;
}

/** Larger reads at once are refused by some systems. */
const chunkBytes = 2 ** 30;

/**
 * Reads an ONNX file for `fromOnnx`, whose weights may stand in files beside it. Of these the bytes alone are read that a
 * tensor needs, when it is read, and none before their number has been compared with the file's.
 *
 * @param file - the path of the file
 * @throws LimbeckError `data-missing` if there is none; `io-failed`
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { readOnnx } from '@limbeck/runtime/node';
 * import { fromOnnx, input, toOnnx } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: [2] });
 * const file = `${await mkdtemp(`${tmpdir()}/model-`)}/model.onnx`;
 * await writeFile(file, toOnnx({ y: x.mul(2) }).bytes);
 * const { bytes, readExternal } = await readOnnx(file);
 * console.log(Object.keys(fromOnnx(bytes, { readExternal }).outputs)); // [ 'y' ]
 * ```
 */
export async function readOnnx(file: string): Promise<OnnxFile> {
  let bytes: Uint8Array;
  let folder: string;
  try {
    bytes = new Uint8Array(await readFile(file));
    folder = realpathSync(path.dirname(file));
  } catch (cause) {
    throw fileError('readOnnx', file, cause);
  }
  return { bytes, readExternal: (data) => readRange(folder, data) };
}

function readRange(folder: string, { location, offset, length }: ExternalData): Uint8Array {
  const file = path.join(folder, location);
  let handle: number;
  try {
    // The path holds no `..`, but a link on the way may lead anywhere.
    const real = realpathSync(file);
    const inside = path.relative(folder, real);
    if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) {
      throw corrupt(`the external location ${JSON.stringify(location)}, a link to ${real}`);
    }
    handle = openSync(real, 'r');
  } catch (cause) {
    throw fileError('readExternal', file, cause);
  }
  try {
    const { size } = fstatSync(handle);
    const wanted = length ?? Math.max(0, size - offset);
    if (offset + wanted > size) {
      throw corrupt(`bytes ${offset} to ${offset + wanted} of ${file}, which has ${size}`);
    }
    const bytes = new Uint8Array(wanted);
    for (let at = 0; at < wanted;) {
      const got = readSync(handle, bytes, at, Math.min(chunkBytes, wanted - at), offset + at);
      if (got === 0) throw corrupt(`${file}, which ended while it was read`);
      at += got;
    }
    return bytes;
  } catch (cause) {
    throw fileError('readExternal', file, cause);
  } finally {
    closeSync(handle);
  }
}

function corrupt(given: string): LimbeckError {
  return new LimbeckError('corrupt-onnx', {
    where: 'readExternal',
    given,
    expected: "a file in the model's own folder that holds all that the model says",
    next: 'Fetch or export the model and the files beside it again, into one folder.',
  });
}

function fileError(where: string, file: string, cause: unknown): LimbeckError {
  if (cause instanceof LimbeckError) return cause;
  const { code } = cause as { readonly code?: unknown };
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
  return new LimbeckError(isMissing ? 'data-missing' : 'io-failed', {
    where,
    given: `${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
    expected: isMissing ? 'a file there' : 'a file that can be read',
    next: isMissing ? 'Check the path.' : 'Check its permissions.',
    cause,
  });
}
