const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** The bytes of a stream that may be needed again, from some place on. */
export class ByteWindow {
  private chunks: Buffer[] = [];
  /** Where the window starts, in bytes from the stream's start. */
  start = 0;
  /** Where it ends. */
  end = 0;

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.end += chunk.length;
  }

  /** The bytes from one place to another; a view, where they lie in one chunk. */
  slice(from: number, to: number): Buffer {
    const parts: Buffer[] = [];
    let at = this.start;
    for (const chunk of this.chunks) {
      const next = at + chunk.length;
      if (next > from && at < to) parts.push(chunk.subarray(Math.max(0, from - at), to - at));
      at = next;
      if (at >= to) break;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** Lets go of what lies before a place. */
  dropTo(place: number): void {
    while (this.chunks.length > 0 && this.start + this.chunks[0]!.length <= place) {
      this.start += this.chunks.shift()!.length;
    }
  }
}

/** How many lines end in these bytes: by a line feed, a carriage return, or both. */
export function countLineEnds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count++;
  for (
    let at = bytes.indexOf(carriageReturn);
    at >= 0;
    at = bytes.indexOf(carriageReturn, at + 1)
  ) {
    if (bytes[at + 1] !== lineFeed) count++;
  }
  return count;
}

/** Where the first line ends that is not empty, its end included; −1 if it goes on. */
export function endOfFirstLine(bytes: Buffer): number {
  return endOfLine(bytes, leadingLineEnds(bytes));
}

/** Where the line ends that starts there, its end included; −1 if it goes on. */
export function endOfLine(bytes: Buffer, from = 0): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === lineFeed) return i + 1;
    if (bytes[i] === carriageReturn) return bytes[i + 1] === lineFeed ? i + 2 : i + 1;
  }
  return -1;
}

/** How many bytes of line ends come first. */
export function leadingLineEnds(bytes: Buffer): number {
  let i = 0;
  while (i < bytes.length && (bytes[i] === lineFeed || bytes[i] === carriageReturn)) i++;
  return i;
}

/** The text of a line or record, without the line end behind it. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$|\r$/, '');
}
