/** An element of a JSON array, as it stands in the file. */
export interface JsonElement {
  /** The line it starts on, counted from 1. */
  readonly line: number;
  /** Its text; of one that is too long, its beginning. */
  readonly bytes: Uint8Array;
  /** Whether it is longer than allowed. */
  readonly tooLong: boolean;
}

const code = (character: string): number => character.charCodeAt(0);
const [quote, backslash, comma] = [code('"'), code('\\'), code(',')];
const [open, close, openBrace, closeBrace] = [code('['), code(']'), code('{'), code('}')];
const [space, tab, lineFeed, carriageReturn] = [0x20, 0x09, 0x0a, 0x0d];

const isSpace = (byte: number): boolean =>
  byte === space || byte === lineFeed || byte === carriageReturn || byte === tab;

/**
 * Finds where the elements of one JSON array lie, in chunks as they come and in constant memory. It counts brackets and
 * knows strings; what an element holds is for `JSON.parse` to say.
 */
export class JsonElements {
  private state: 'before' | 'inside' | 'after' = 'before';
  private depth = 0;
  private inString = false;
  private escaped = false;
  private parts: Uint8Array[] = [];
  private size = 0;
  private startLine = 0;
  private line = 1;
  private elements = 0;

  /** @param maxBytes - a longer element is kept only up to there */
  constructor(private readonly maxBytes: number) {}

  /** The elements that end in this chunk. @throws Error if there is no array, or something behind it */
  push(chunk: Uint8Array): JsonElement[] {
    const found: JsonElement[] = [];
    let from = this.size > 0 ? 0 : -1;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (byte === lineFeed) this.line++;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === backslash) this.escaped = true;
        else if (byte === quote) this.inString = false;
        continue;
      }
      if (this.state !== 'inside') {
        this.outside(byte);
        continue;
      }
      if (this.depth === 0 && (byte === comma || byte === close)) {
        if (from >= 0) this.add(chunk.subarray(from, i));
        const last = byte === close;
        // `[]` has no element; `[1,]` has an empty second one, which no JSON is.
        if (this.size > 0 || !last || this.elements > 0) found.push(this.take());
        from = -1;
        if (last) this.state = 'after';
        continue;
      }
      if (from < 0) {
        if (isSpace(byte)) continue;
        from = i;
        this.startLine = this.line;
      }
      if (byte === quote) this.inString = true;
      else if (byte === open || byte === openBrace) this.depth++;
      else if ((byte === close || byte === closeBrace) && this.depth > 0) this.depth--;
    }
    if (from >= 0) this.add(chunk.subarray(from));
    return found;
  }

  /** To be called at the file's end. @throws Error if the array did not end */
  end(): void {
    if (this.state === 'before') throw new Error('it holds no JSON array');
    if (this.state === 'after') return;
    const place = this.size > 0 ? `inside the element that starts on line ${this.startLine}` : '';
    throw new Error(`the file ends before its array does ${place}`.trim());
  }

  private outside(byte: number): void {
    if (isSpace(byte)) return;
    if (this.state === 'before' && byte === open) this.state = 'inside';
    else if (this.state === 'before') throw new Error('it does not start with [');
    else throw new Error(`something stands behind the array, on line ${this.line}`);
  }

  private add(part: Uint8Array): void {
    const room = this.maxBytes - this.size;
    // A copy, as the chunk is the caller's and may hold much else.
    if (room > 0) this.parts.push(part.slice(0, room));
    this.size += part.length;
  }

  private take(): JsonElement {
    const bytes = new Uint8Array(Math.min(this.size, this.maxBytes));
    let at = 0;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    const line = this.size > 0 ? this.startLine : this.line;
    const element = { line, bytes, tooLong: this.size > this.maxBytes };
    this.parts = [];
    this.size = 0;
    this.elements++;
    return element;
  }
}
