import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { LimbeckError } from '@limbeck/core';
import { fileError } from './errors.js';

/** How a file's bytes stand for text. */
export type TextEncoding = 'utf-8' | 'latin1' | 'windows-1252' | 'utf-16le' | 'utf-16be';

const encodings: readonly TextEncoding[] = [
  'utf-8',
  'latin1',
  'windows-1252',
  'utf-16le',
  'utf-16be',
];

/**
 * A file's bytes, unpacked if its first two bytes are gzip's, and as UTF-8 without a byte order mark.
 *
 * @throws LimbeckError `data-missing` if there is no file; `corrupt-file` if gzip ends early or its bytes are wrong;
 * `invalid-record` if its byte order mark says another encoding; `invalid-option`; `io-failed` otherwise
 */
export async function* readText(
  where: string,
  path: string,
  encoding: TextEncoding = 'utf-8',
): AsyncGenerator<Buffer> {
  if (!encodings.includes(encoding)) {
    throw new LimbeckError('invalid-option', {
      where,
      given: `encoding ${JSON.stringify(encoding)}`,
      expected: encodings.join(', '),
      next: 'Leave it out for UTF-8.',
    });
  }
  const chunks = withoutMark(where, path, encoding, readBytes(where, path));
  yield* encoding === 'utf-8' ? chunks : toUtf8(chunks, encoding);
}

/** A file's bytes, unpacked if its first two bytes are gzip's. @throws as {@link readText} */
export async function* readBytes(where: string, path: string): AsyncGenerator<Buffer> {
  try {
    yield* await opened(path);
  } catch (cause) {
    throw fileError(where, path, cause);
  }
}

async function opened(path: string): Promise<AsyncIterable<Buffer>> {
  const file = await open(path);
  const head = Buffer.alloc(2);
  await file.read(head, 0, 2, 0);
  await file.close();
  const raw = createReadStream(path);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return raw;
  const unpacked = createGunzip();
  raw.on('error', (error) => unpacked.destroy(error));
  unpacked.on('close', () => raw.destroy());
  return raw.pipe(unpacked);
}

const marks = [
  { encoding: 'utf-8', bytes: Buffer.from([0xef, 0xbb, 0xbf]) },
  { encoding: 'utf-16le', bytes: Buffer.from([0xff, 0xfe]) },
  { encoding: 'utf-16be', bytes: Buffer.from([0xfe, 0xff]) },
] as const;

async function* withoutMark(
  where: string,
  path: string,
  encoding: TextEncoding,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  const start = (bytes: Buffer): Buffer => {
    const mark = marks.find((each) => bytes.subarray(0, each.bytes.length).equals(each.bytes));
    if (mark === undefined) return bytes;
    if (mark.encoding === encoding) return bytes.subarray(mark.bytes.length);
    throw new LimbeckError('invalid-record', {
      where,
      given: `${path}, whose first bytes say that it is ${mark.encoding}`,
      expected: encoding,
      next: `Pass encoding: ${JSON.stringify(mark.encoding)}, or save it as ${encoding}.`,
    });
  };
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < 3) continue;
    const first = start(head);
    head = undefined;
    if (first.length > 0) yield first;
  }
  if (head !== undefined && head.length > 0) yield start(head);
}

async function* toUtf8(
  chunks: AsyncIterable<Buffer>,
  encoding: Exclude<TextEncoding, 'utf-8'>,
): AsyncGenerator<Buffer> {
  if (encoding === 'latin1') {
    // The web's "latin1" is windows-1252; ISO 8859-1 itself, byte by byte, is Node's.
    for await (const chunk of chunks) yield Buffer.from(chunk.toString('latin1'), 'utf8');
    return;
  }
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  const rest = decoder.decode();
  if (rest !== '') yield Buffer.from(rest);
}
