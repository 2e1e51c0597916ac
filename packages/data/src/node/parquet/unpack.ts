import zlib from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import { snappyUncompress } from 'hyparquet';
import { runWithin } from './run-within.js';
import { type Codecs, nativeZstd, unpackZstd } from './unpack-zstd.js';
import { mostZstdBytes } from './zstd-bound.js';

/** Larger pages are refused: writers make pages of about a megabyte, DuckDB some of a hundred. */
export const mostPageBytes = 2 ** 28;

/** How long a decoder may take at the least, and for how many bytes it gets a millisecond more: an honest page takes a hundredth of it. */
const [leastMs, bytesPerMs] = [2000, 1000];

/** Unpacks pages. The codecs that Node lacks are loaded when the first page needs one. */
export class Unpacker {
  private codecs: Codecs | undefined;

  /** To be called before {@link unpack}. */
  async prepare(codec: CompressionCodec): Promise<void> {
    if ((codec === 'ZSTD' && !nativeZstd) || codec === 'LZ4' || codec === 'LZ4_RAW') {
      this.codecs ??= await import('hyparquet-compressors');
    }
  }

  /**
   * The bytes of a page, unpacked; as they are if they are not packed.
   *
   * @param size - how many bytes the page claims to be: believed only if the packed ones could hold as many
   * @throws Error if they do not, or are damaged
   */
  unpack(codec: CompressionCodec, packed: Uint8Array, size: number): Uint8Array {
    if (codec === 'UNCOMPRESSED') {
      if (packed.length === size) return packed;
      throw new Error(`a page of ${packed.length} bytes that should be ${size}`);
    }
    if (size === 0) return new Uint8Array(0);
    const most = mostBytes(codec, packed);
    if (size > most) {
      throw new Error(`${packed.length} bytes of ${codec} hold at most ${most}, not ${size}`);
    }
    const page = this.run(codec, packed, size);
    if (page.length === size) return page;
    throw new Error(`a page of ${page.length} bytes that should be ${size}`);
  }

  private run(codec: CompressionCodec, packed: Uint8Array, size: number): Uint8Array {
    // These two grow as they go, and stop at the size.
    if (codec === 'GZIP') return zlib.gunzipSync(packed, { maxOutputLength: size });
    if (codec === 'BROTLI') return zlib.brotliDecompressSync(packed, { maxOutputLength: size });
    // Decoders in JavaScript follow damaged lengths for seconds.
    const limitMs = leastMs + Math.ceil(size / bytesPerMs);
    return runWithin(limitMs, () => this.runHere(codec, packed, size));
  }

  private runHere(codec: CompressionCodec, packed: Uint8Array, size: number): Uint8Array {
    if (codec === 'ZSTD') return unpackZstd(packed, size, this.codecs);
    const page = new Uint8Array(size);
    if (codec === 'SNAPPY') snappyUncompress(packed, page);
    else if (codec === 'LZ4') return this.codecs!.decompressLz4(packed, size);
    else if (codec === 'LZ4_RAW') return this.codecs!.decompressLz4Raw(packed, size);
    else throw new Error(`compression ${codec}, which is not read here`);
    return page;
  }
}

/** What so many packed bytes can become at most. */
function mostBytes(codec: CompressionCodec, packed: Uint8Array): number {
  // Snappy's longest copy is 64 bytes by 3; LZ4 counts 255 by a byte; deflate has 258 by two bits.
  if (codec === 'SNAPPY') return 22 * packed.length;
  if (codec === 'LZ4' || codec === 'LZ4_RAW') return 255 * packed.length;
  if (codec === 'GZIP') return 1032 * packed.length;
  return codec === 'ZSTD' ? mostZstdBytes(packed) : mostPageBytes;
}
