import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';

/**
 * Reads numbers in Parquet's mix of runs and packed bits. The runs are added up before there is an array of them: one that
 * claims more numbers than there are, or bytes than there are, is an error.
 *
 * @param end - where the encoded bytes end
 * @param width - bits a number
 */
export function readRuns(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  count: number,
): number[] {
  if (width === 0) return Array.from<number>({ length: count }).fill(0);
  if (width > 32) throw new Error(`numbers of ${width} bits`);
  checkRuns(bytes, start, end, width, count);
  const output = Array.from<number>({ length: count });
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  readRleBitPackedHybrid({ view, offset: start }, width, output, end - start);
  return output;
}

function checkRuns(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  count: number,
): void {
  let [at, seen] = [start, 0];
  while (seen < count) {
    let [head, shift] = [0, 0];
    for (let byte = 0x80; byte >= 0x80; shift += 7) {
      if (at >= end || shift > 28) throw new Error('a run that ends too early');
      byte = bytes[at++]!;
      head += (byte & 0x7f) * 2 ** shift;
    }
    const packed = head % 2 === 1;
    const numbers = Math.floor(head / 2) * (packed ? 8 : 1);
    // Of packed numbers the last ones may be for nothing: DuckDB writes them by 256. Their bytes have to be there.
    if (!packed && numbers > count - seen) {
      throw new Error(`a run of ${numbers} numbers where ${count - seen} are left`);
    }
    at += packed ? (numbers / 8) * width : Math.ceil(width / 8);
    seen += numbers;
    if (at > end) throw new Error('a run that ends too early');
  }
}
