import { open, type FileHandle } from 'node:fs/promises';
import type { SchemaTree } from 'hyparquet';
import { corrupt, fileError } from '../errors.js';
import { unpackedCopy } from '../unpacked-copy.js';
import { type Footer, parseFooter } from './footer.js';
import { schemaTree } from './schema-tree.js';

/** An open Parquet file, and what it says of itself. */
export interface ParquetFile {
  readonly path: string;
  readonly file: FileHandle;
  readonly footer: Footer;
  readonly schema: SchemaTree;
  close(): Promise<void>;
}

/** `PAR1`, at both ends of a file. */
const magic = 'PAR1';

/**
 * Opens a Parquet file, gzipped or not, and checks what it says of itself against its size.
 *
 * @throws LimbeckError `data-missing`, `corrupt-file`, `io-failed`
 */
export async function openParquet(where: string, path: string): Promise<ParquetFile> {
  const copy = await unpackedCopy(where, path);
  const file = await open(copy?.path ?? path).catch((cause: unknown) => {
    throw fileError(where, path, cause);
  });
  const close = async (): Promise<void> => {
    await file.close();
    await copy?.remove();
  };
  try {
    const footer = await readFooter(file);
    return { path, file, footer, schema: schemaTree(footer.elements), close };
  } catch (cause) {
    await close();
    throw parquetError(where, path, cause);
  }
}

/** What went wrong with a Parquet file: of the disk, or in the file. */
export function parquetError(where: string, path: string, cause: unknown): unknown {
  const code = (cause as { readonly code?: unknown }).code;
  // Codes of the system's errors; those that say that a file is damaged have none, or are zlib's.
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return fileError(where, path, cause);
  return corrupt(
    where,
    `${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    cause,
  );
}

async function readFooter(file: FileHandle): Promise<Footer> {
  const { size } = await file.stat();
  const [head, tail] = [Buffer.alloc(4), Buffer.alloc(8)];
  if (size < 12) throw new Error(`${size} bytes, which are too few for a Parquet file`);
  await file.read(head, 0, 4, 0);
  await file.read(tail, 0, 8, size - 8);
  if (tail.toString('latin1', 4) === 'PARE')
    throw new Error('it is encrypted, which is not read here');
  if (head.toString('latin1') !== magic || tail.toString('latin1', 4) !== magic) {
    throw new Error(`it does not start and end with ${magic}: it is cut off, or no Parquet file`);
  }
  const length = tail.readUInt32LE(0);
  if (length > size - 12) throw new Error(`metadata of ${length} bytes in a file of ${size}`);
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, size - 8 - length);
  return parseFooter(bytes, size - 8 - length);
}
