import { open, stat } from 'node:fs/promises';
import { LimbeckError } from '@limbeck/core';
import { fileError } from './errors.js';
import { isHubFolder } from './hub/hub-folder.js';
import { readBytes } from './bytes.js';

/** How records lie in a file or folder. */
export type RecordFormatName = 'jsonl' | 'json' | 'csv' | 'tsv' | 'parquet' | 'texts' | 'hub';

const formats: { readonly [extension: string]: RecordFormatName } = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  parquet: 'parquet',
};

/** The format that a path's ending stands for; `.gz` at the end does not count. */
export function formatByName(path: string): RecordFormatName | undefined {
  const extension = /\.([a-z]+)(\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(formats, extension) ? formats[extension] : undefined;
}

/**
 * How the records of a path lie: by its ending, and where that does not say, by its first bytes. A `.json` file that does not
 * start with a bracket is JSON lines.
 *
 * @throws LimbeckError `data-missing` if nothing is there; `empty-data` if the file has no bytes; `invalid-option` if neither
 * says what it is; `io-failed`
 */
export async function recordFormat(where: string, path: string): Promise<RecordFormatName> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return (await isHubFolder(path)) ? 'hub' : 'texts';
    if (found.size === 0) throw empty(where, path);
  } catch (cause) {
    throw fileError(where, path, cause);
  }
  const named = formatByName(path);
  if (named !== undefined && named !== 'json') return named;
  const head = await firstBytes(where, path);
  if (head.length === 0) throw empty(where, path);
  if (head.toString('latin1', 0, 4) === 'PAR1') return 'parquet';
  const first = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()[0];
  if (first === '[') return 'json';
  if (named === 'json' || first === '{') return 'jsonl';
  throw new LimbeckError('invalid-option', {
    where,
    given: `${path}, whose name and first bytes do not say what it is`,
    expected: 'a file of JSONL, JSON, CSV, TSV or Parquet, or a folder',
    next: "Rename it, or pass format, such as 'csv'.",
  });
}

async function firstBytes(where: string, path: string): Promise<Buffer> {
  // Parquet's are looked at as they are, the others' unpacked.
  const file = await open(path);
  const raw = Buffer.alloc(4);
  await file.read(raw, 0, 4, 0);
  await file.close();
  if (raw.toString('latin1') === 'PAR1') return raw;
  for await (const chunk of readBytes(where, path)) return chunk.subarray(0, 4096);
  return Buffer.alloc(0);
}

function empty(where: string, path: string): LimbeckError {
  return new LimbeckError('empty-data', {
    where,
    given: `${path}, which is empty`,
    expected: 'at least one record',
    next: 'Check that it was written to its end, and the path.',
  });
}
