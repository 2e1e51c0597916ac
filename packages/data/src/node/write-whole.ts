import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { fileError } from './errors.js';

/**
 * Writes a file that appears when it is whole: until then it is `path.part`, which goes away on failure.
 *
 * @throws LimbeckError `disk-full`, `io-failed`; what `chunks` throws passes through
 */
export async function writeWhole(
  where: string,
  path: string,
  chunks: AsyncIterable<string | Uint8Array>,
  gzip = false,
): Promise<void> {
  const part = `${path}.part`;
  try {
    const file = await open(part, 'w').catch((cause: unknown) => {
      throw fileError(where, part, cause);
    });
    try {
      for await (const chunk of gzip ? compressed(chunks) : chunks) {
        await file.writeFile(chunk).catch((cause: unknown) => {
          throw fileError(where, part, cause);
        });
      }
      await file.sync().catch((cause: unknown) => {
        // A device or pipe has nothing to sync.
        if ((cause as { code?: unknown }).code !== 'EINVAL') throw fileError(where, part, cause);
      });
    } finally {
      await file.close();
    }
    await rename(part, path).catch((cause: unknown) => {
      throw fileError(where, path, cause);
    });
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function* compressed(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Buffer> {
  const packer = createGzip();
  const source = Readable.from(chunks);
  source.on('error', (error) => packer.destroy(error));
  yield* source.pipe(packer) as AsyncIterable<Buffer>;
}

/** A write a row would be slow. */
const chunkCharacters = 1 << 16;

/** The texts of rows, joined to chunks of a size that files like, and how many rows they were of. */
export async function* rowTexts<Row>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  text: (row: Row, index: number) => string,
  onCount: (count: number) => void,
): AsyncGenerator<string> {
  let texts = '';
  let count = 0;
  for await (const row of rows) {
    texts += text(row, count);
    onCount(++count);
    if (texts.length < chunkCharacters) continue;
    yield texts;
    texts = '';
  }
  if (texts !== '') yield texts;
}
