import { isUtf8 } from 'node:buffer';
import { finished } from 'node:stream/promises';
import { type CsvError, parse, type Parser } from 'csv-parse';
import {
  ByteWindow,
  countLineEnds,
  endOfFirstLine,
  endOfLine,
  leadingLineEnds,
  withoutLineEnd,
} from './byte-window.js';
import { unfinished, Utf8Watch } from './utf8-watch.js';

/** A record of a CSV file: its cells, or why it has none. */
export interface CsvRecord {
  /** The line it starts on, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why it is a bad one. */
  readonly reason?: string;
  readonly raw: () => string;
}

/** How a CSV file is written. */
export interface CsvForm {
  readonly delimiter: string;
  readonly quote: string | false;
  /** A larger record is a bad one. */
  readonly maxRecordBytes: number;
  /** How many cells a record has; the first record says so if left out. */
  readonly width?: number;
}

/** A quote that is not closed after so many bytes never will be. */
const longestQuote = 16 * 2 ** 20;

const reasons: { readonly [code: string]: string } = {
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote',
  INVALID_OPENING_QUOTE: 'a quote stands inside a cell that does not start with one',
  CSV_QUOTE_NOT_CLOSED: 'a quote is never closed',
  CSV_MAX_RECORD_SIZE: `a quote is not closed within ${longestQuote} bytes, or a line is longer`,
};

/**
 * The records of a CSV file, some at a time. csv-parse finds the cells, by the letter of RFC 4180. Where it gives up, only
 * the line is lost on which that record starts: reading goes on at the next one, so that one stray quote does not
 * swallow the good records behind it.
 */
export class CsvRecords {
  private readonly window = new ByteWindow();
  private readonly watch = new Utf8Watch();
  private parser: Parser;
  /** Where the parser started, and where the record starts that it is in: bytes from the file's start. */
  private base = 0;
  private recordStart = 0;
  private line = 1;
  private width: number | undefined;
  /** Up to where there may be something else than UTF-8. */
  private suspectTo = 0;
  private found: CsvRecord[] = [];
  /** Whether the line that is read is given up already, and its end is looked for. */
  private skipsLine = false;

  constructor(private readonly form: CsvForm) {
    this.width = form.width;
    this.parser = this.start(0);
  }

  /** The records that end in these bytes. */
  push(chunk: Buffer): CsvRecord[] {
    this.window.push(chunk);
    if (this.watch.suspects(chunk)) this.suspectTo = this.window.end;
    if (this.skipsLine) this.skipLine(chunk);
    else this.feed(chunk);
    this.window.dropTo(this.recordStart);
    return this.taken();
  }

  /** The last records. */
  async end(): Promise<CsvRecord[]> {
    if (this.watch.cutOff) this.suspectTo = this.window.end;
    for (;;) {
      this.parser.end();
      try {
        await finished(this.parser.resume());
        return this.taken();
      } catch (cause) {
        this.recover(cause);
      }
    }
  }

  private taken(): CsvRecord[] {
    const found = this.found;
    this.found = [];
    return found;
  }

  private start(base: number): Parser {
    const { delimiter, quote } = this.form;
    this.base = base;
    this.recordStart = base;
    const parser = parse({
      delimiter,
      quote: quote === false ? null : quote,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: longestQuote,
      // Records are taken here and not from the stream, which would hold each of them once more.
      on_record: (cells: string[], info: { readonly bytes: number }) => {
        this.record(cells, this.base + info.bytes);
        return null;
      },
    });
    // What is wrong is read from `errored`.
    parser.on('error', () => undefined);
    return parser;
  }

  private feed(bytes: Buffer): void {
    for (let rest = bytes; ; rest = this.window.slice(this.base, this.window.end)) {
      if (rest.length > 0) this.parser.write(rest);
      if (this.parser.errored === null) return;
      this.recover(this.parser.errored, false);
    }
  }

  private record(cells: readonly string[], end: number): void {
    const bytes = this.window.slice(this.recordStart, end);
    const skipped = leadingLineEnds(bytes);
    const line = this.line + (skipped === 0 ? 0 : countLineEnds(bytes.subarray(0, skipped)));
    const lines = countLineEnds(bytes.subarray(skipped));
    const raw = (): string => withoutLineEnd(bytes.subarray(skipped).toString());
    const reason = this.faultOf(cells, bytes, skipped);
    const firstEnd = endOfFirstLine(bytes);
    if (reason?.ragged === true && firstEnd >= 0 && firstEnd < bytes.length) {
      throw new RaggedRecord(reason.text);
    }
    this.width ??= cells.length;
    this.recordStart = end;
    this.line = line + lines;
    this.found.push(
      reason === undefined ? { line, cells, raw } : { line, cells, raw, reason: reason.text },
    );
  }

  private faultOf(
    cells: readonly string[],
    bytes: Buffer,
    skipped: number,
  ): { readonly text: string; readonly ragged?: boolean } | undefined {
    const { maxRecordBytes } = this.form;
    if (bytes.length - skipped > maxRecordBytes) {
      return { text: `the record is longer than ${maxRecordBytes} bytes` };
    }
    if (this.recordStart < this.suspectTo && !isUtf8(bytes)) {
      return { text: `not UTF-8, at byte ${this.recordStart + firstWrong(bytes)} of the file` };
    }
    if (this.width === undefined || cells.length === this.width) return undefined;
    const count = `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`;
    return { text: `${count} where there should be ${this.width}`, ragged: true };
  }

  /** Gives up the line on which the record starts, and starts again behind it. */
  private recover(cause: unknown, atEnd = true): void {
    const bytes = this.window.slice(this.recordStart, this.window.end);
    const skipped = leadingLineEnds(bytes);
    const lineEnd = endOfFirstLine(bytes);
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    const line = this.line + countLineEnds(bytes.subarray(0, skipped));
    const raw = (): string =>
      withoutLineEnd(bytes.subarray(skipped, Math.min(end, skipped + 2 ** 16)).toString());
    this.found.push({ line, cells: [], raw, reason: reasonOf(cause) });
    this.line = line + countLineEnds(bytes.subarray(skipped, end));
    this.parser = this.start(this.recordStart + end);
    this.window.dropTo(this.base);
    this.skipsLine = lineEnd < 0 && !atEnd;
    if (atEnd) this.feed(this.window.slice(this.base, this.window.end));
  }

  private skipLine(chunk: Buffer): void {
    const lineEnd = endOfLine(chunk);
    this.skipsLine = lineEnd < 0;
    this.base = this.window.end - (this.skipsLine ? 0 : chunk.length - lineEnd);
    this.recordStart = this.base;
    if (this.skipsLine) return;
    this.line++;
    this.parser = this.start(this.base);
    this.feed(this.window.slice(this.base, this.window.end));
  }
}

/** A record of several lines and the wrong width: rather a stray quote than cells with line ends in them. */
class RaggedRecord extends Error {}

function reasonOf(cause: unknown): string {
  if (cause instanceof RaggedRecord) return `${cause.message}, over several lines`;
  return reasons[(cause as CsvError).code] ?? String(cause);
}

/** The place of the first byte that is no UTF-8. */
function firstWrong(bytes: Buffer): number {
  let low = 0;
  let high = bytes.length;
  // The longest start that decodes in stream mode, where an unfinished character at the end is right.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (decodes(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low - unfinished(bytes.subarray(0, low));
}

function decodes(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    // What it cannot decode is the answer.
    return false;
  }
}
