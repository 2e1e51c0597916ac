import { isUtf8 } from 'node:buffer';

/** Watches chunks for bytes that are no UTF-8. A character may lie across two chunks. */
export class Utf8Watch {
  private tail = Buffer.alloc(0);

  /** Whether a character has begun that did not end. */
  get cutOff(): boolean {
    return this.tail.length > 0;
  }

  /** Whether the chunk, or the character across its start, may hold something else than UTF-8. */
  suspects(chunk: Buffer): boolean {
    let head = 0;
    if (this.tail.length > 0)
      while (head < 3 && head < chunk.length && isContinuation(chunk[head]!)) head++;
    const cut = chunk.length - unfinished(chunk);
    if (cut < head) {
      // A chunk of a few bytes within one character.
      this.tail = Buffer.concat([this.tail, chunk]);
      if (this.tail.length <= 4) return false;
      this.tail = Buffer.alloc(0);
      return true;
    }
    const across = Buffer.concat([this.tail, chunk.subarray(0, head)]);
    this.tail = Buffer.from(chunk.subarray(cut));
    return !isUtf8(across) || !isUtf8(chunk.subarray(head, cut));
  }
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** How many bytes at the end begin a character that goes on. */
export function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (isContinuation(byte)) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
