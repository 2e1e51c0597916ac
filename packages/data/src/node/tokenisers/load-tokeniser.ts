import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLimbeckError } from '@limbeck/core';
import { tokeniser } from '../../tokenisers/tokeniser.js';
import type { Tokeniser } from '../../tokenisers/tokeniser-types.js';
import { corrupt, fileError } from '../errors.js';

/** Published files have at most some tens of megabytes. */
const mostBytes = 256 * 2 ** 20;

/**
 * The tokeniser of a model's folder, or of a `tokenizer.json` with the `tokenizer_config.json` beside it, if there is
 * one.
 *
 * @throws LimbeckError `data-missing` without the file; `corrupt-file` if a file is damaged; `missing-dependency` without
 * `@huggingface/tokenizers`; `io-failed`
 */
export async function loadTokeniser(path: string): Promise<Tokeniser> {
  const folder = await isFolder(path);
  const file = folder ? join(path, 'tokenizer.json') : path;
  const beside = join(folder ? path : join(path, '..'), 'tokenizer_config.json');
  const json = await readJson(file);
  const config = await readJson(beside).catch((error: unknown) => {
    if (isLimbeckError(error, 'data-missing')) return {};
    throw error;
  });
  try {
    return await tokeniser(json, config);
  } catch (cause) {
    if (!isLimbeckError(cause, 'invalid-data')) throw cause;
    throw corrupt('loadTokeniser', `${file} with ${cause.given}`, cause);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw fileError('loadTokeniser', path, cause);
  }
}

async function readJson(path: string): Promise<unknown> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw corrupt('loadTokeniser', `${path} of ${size} bytes`);
    bytes = await readFile(path);
  } catch (cause) {
    throw fileError('loadTokeniser', path, cause);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw corrupt('loadTokeniser', `${path} (${why})`, cause);
  }
}
