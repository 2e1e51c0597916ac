import zlib from 'node:zlib';
import type * as codecs from 'hyparquet-compressors';

/** What `hyparquet-compressors` exports. */
export type Codecs = typeof codecs;

/** Node has it since 22.15, and its types here do not know of it. */
const { zstdDecompressSync: native } = zlib as {
  readonly zstdDecompressSync?: (
    packed: Uint8Array,
    options: { readonly maxOutputLength: number },
  ) => Uint8Array;
};

/** Whether Node unpacks Zstandard by itself. */
export const nativeZstd = native !== undefined;

/** Unpacks a page of Zstandard. @throws Error if it is damaged, or longer than so many bytes */
export function unpackZstd(
  packed: Uint8Array,
  size: number,
  codec: Codecs | undefined,
): Uint8Array {
  if (native !== undefined) return native(packed, { maxOutputLength: size });
  return codec!.decompressZstd(packed, new Page(size)).subarray();
}

/**
 * The page that a decoder in JavaScript fills block by block. It does not look whether a block goes on behind the page, and
 * one of a few bytes can go on for seconds: so the next block, for which it asks by its place, is refused.
 */
class Page extends Uint8Array {
  override subarray(begin = 0, end = this.length): Uint8Array<ArrayBuffer> {
    if (begin > this.length) throw new Error(`a page of more than ${this.length} bytes`);
    const length = Math.max(0, Math.min(end, this.length) - begin);
    return new Uint8Array(this.buffer, this.byteOffset + begin, length);
  }
}
