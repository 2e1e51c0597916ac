import type { FileHandle } from 'node:fs/promises';
import type { DecodedArray, SchemaTree } from 'hyparquet';
import { assembleLists } from 'hyparquet/src/assemble.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { type Conversion, conversionOf, type Int64, ValueFault } from './convert.js';
import type { ColumnChunk } from './footer.js';
import { type PageHeader, parsePageHeader } from './page-header.js';
import { readPlainValues, readValues } from './page-values.js';
import { ReadAhead } from './read-ahead.js';
import { readRuns } from './runs.js';
import { EndOfBytes } from './thrift.js';
import { mostPageBytes, type Unpacker } from './unpack.js';

/** A header is some tens of bytes, or as much as its smallest and largest values take. */
const longestHeader = 2 ** 20;

/** Values that a page may hold beyond eight a byte: runs of equal ones take no room at all. */
const spareValues = 2 ** 20;

/** Reads one column of one row group, page by page. */
export class LeafReader {
  /** Rows that were read and not taken; of a nested column, lists within lists. */
  private rows: DecodedArray = [];
  private from = 0;
  private ended = false;
  private dictionary: DecodedArray | undefined;
  private readonly source: ReadAhead;
  private readonly convert: Conversion;
  private readonly maxDefinition: number;
  private readonly maxRepetition: number;
  private readonly flat: boolean;
  /** Whether some value could not be read. */
  faulty = false;
  /** Bytes of the page that was read last, and of the dictionary. */
  pageBytes = 0;
  private dictionaryBytes = 0;

  /** @param way - the schema's nodes from the root to this column */
  constructor(
    file: FileHandle,
    private readonly chunk: ColumnChunk,
    private readonly way: readonly SchemaTree[],
    private readonly unpacker: Unpacker,
    int64: Int64,
  ) {
    const { element } = way.at(-1)!;
    if (element.type !== chunk.type)
      throw new Error(`${element.type} that is stored as ${chunk.type}`);
    this.source = new ReadAhead(file, chunk.start, chunk.end);
    this.convert = conversionOf(element, int64);
    this.maxDefinition = getMaxDefinitionLevel([...way]);
    this.maxRepetition = getMaxRepetitionLevel([...way]);
    this.flat = way.length === 2 && this.maxRepetition === 0;
  }

  /** Rows that are whole: a list may go on on the next page. */
  get ready(): number {
    const there = this.rows.length - this.from;
    return this.flat || this.ended ? there : Math.max(0, there - 1);
  }

  /** Whether there are no more pages. */
  get done(): boolean {
    return this.ended;
  }

  /** Rows from `from` on in `values`; they are taken. */
  take(count: number): { readonly values: DecodedArray; readonly from: number } {
    const taken = { values: this.rows, from: this.from };
    this.from += count;
    return taken;
  }

  /** Reads the next page that has rows, if there is one. */
  async fill(): Promise<void> {
    await this.unpacker.prepare(this.chunk.codec);
    // The last byte alone is no page; some writers leave one.
    while (this.source.left > 1) {
      const header = await this.nextHeader();
      const packed = await this.source.take(header.packedBytes);
      if (header.type === 'INDEX_PAGE') continue;
      if (header.values > 8 * header.bytes + spareValues) {
        throw new Error(`a page of ${header.values} values in ${header.bytes} bytes`);
      }
      if (header.type === 'DICTIONARY_PAGE') this.readDictionary(header, packed);
      else if (header.values > 0) return this.readPage(header, packed);
    }
    this.ended = true;
  }

  private async nextHeader(): Promise<PageHeader> {
    for (let size = 2 ** 8; ; size *= 8) {
      const bytes = await this.source.peek(size);
      try {
        const header = parsePageHeader(bytes);
        this.source.skip(header.headerBytes);
        if (header.bytes > mostPageBytes) throw new Error(`a page of ${header.bytes} bytes`);
        return header;
      } catch (error) {
        const whole = bytes.length >= this.source.left || size >= longestHeader;
        if (!(error instanceof EndOfBytes) || whole) throw error;
      }
    }
  }

  private readDictionary(header: PageHeader, packed: Uint8Array): void {
    const { codec, type } = this.chunk;
    const page = this.unpacker.unpack(codec, packed, header.bytes);
    const { type_length: length } = this.way.at(-1)!.element;
    this.dictionary = this.converted(readPlainValues(page, 0, type, length, header.values));
    this.dictionaryBytes = header.bytes;
  }

  private converted(stored: DecodedArray): DecodedArray {
    const values = this.convert(stored);
    this.faulty ||= Array.isArray(values) && values.some((value) => value instanceof ValueFault);
    return values;
  }

  private readPage(header: PageHeader, packed: Uint8Array): void {
    const { values: count, encoding } = header;
    const { page, at, repetition, definition } = this.levels(header, packed);
    const present = definition === undefined ? count : countOf(definition, this.maxDefinition);
    const { type } = this.chunk;
    const { type_length: length } = this.way.at(-1)!.element;
    const stored = readValues(page, at, encoding, type, length, present);
    const values = stored.indices ? this.looked(stored.values) : this.converted(stored.values);
    this.pageBytes = header.bytes + this.dictionaryBytes;
    const rest = this.from < this.rows.length ? (this.rows as unknown[]).slice(this.from) : [];
    this.from = 0;
    if (this.flat) {
      this.rows = present === count ? values : withNulls(values, definition!, this.maxDefinition);
      return;
    }
    const all = present === count && repetition === undefined ? undefined : definition;
    const rows = assembleLists(rest, all, repetition ?? [], values, [...this.way]);
    if (rows !== rest) for (let i = 0; i < rows.length; i++) rest.push(rows[i]);
    this.rows = rest;
  }

  private levels(header: PageHeader, packed: Uint8Array): Levels {
    const { codec } = this.chunk;
    const { values: count, second } = header;
    const [repetitionWidth, definitionWidth] = [bits(this.maxRepetition), bits(this.maxDefinition)];
    if (second !== undefined) {
      const { repetitionBytes, definitionBytes } = second;
      const at = repetitionBytes + definitionBytes;
      const rest = packed.subarray(at);
      return {
        page: second.packed ? this.unpacker.unpack(codec, rest, header.bytes - at) : rest,
        at: 0,
        ...(repetitionWidth > 0 && {
          repetition: this.level(packed, 0, repetitionBytes, this.maxRepetition, count),
        }),
        ...(definitionWidth > 0 && {
          definition: this.level(packed, repetitionBytes, at, this.maxDefinition, count),
        }),
      };
    }
    const page = this.unpacker.unpack(codec, packed, header.bytes);
    let at = 0;
    const next = (highest: number): number[] => {
      if (!header.hybridLevels) throw new Error('levels in the way of writing that was given up');
      const size =
        page.length - at < 4
          ? Infinity
          : Buffer.from(page.buffer, page.byteOffset).readUInt32LE(at);
      if (size > page.length - at - 4) throw new Error('levels that end behind their page');
      at += 4 + size;
      return this.level(page, at - size, at, highest, count);
    };
    const repetition = repetitionWidth > 0 ? next(this.maxRepetition) : undefined;
    const definition = definitionWidth > 0 ? next(this.maxDefinition) : undefined;
    return {
      page,
      at,
      ...(repetition !== undefined && { repetition }),
      ...(definition !== undefined && { definition }),
    };
  }

  private level(
    bytes: Uint8Array,
    start: number,
    end: number,
    highest: number,
    count: number,
  ): number[] {
    const levels = readRuns(bytes, start, end, bits(highest), count);
    for (const level of levels)
      if (level > highest) throw new Error(`level ${level} of ${highest}`);
    return levels;
  }

  private looked(indices: DecodedArray): DecodedArray {
    const { dictionary } = this;
    if (dictionary === undefined) throw new Error('indices without a dictionary');
    const values = new Array<unknown>(indices.length);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      if (index < 0 || index >= dictionary.length) {
        throw new Error(`index ${index} into a dictionary of ${dictionary.length}`);
      }
      values[i] = dictionary[index];
    }
    return values;
  }
}

interface Levels {
  /** The unpacked page, and where its values start. */
  readonly page: Uint8Array;
  readonly at: number;
  readonly repetition?: number[];
  readonly definition?: number[];
}

function bits(highest: number): number {
  return 32 - Math.clz32(highest);
}

function countOf(levels: readonly number[], wanted: number): number {
  let count = 0;
  for (const level of levels) if (level === wanted) count++;
  return count;
}

function withNulls(
  values: DecodedArray,
  definition: readonly number[],
  highest: number,
): unknown[] {
  let next = 0;
  return definition.map((level) => (level === highest ? values[next++] : null) as unknown);
}
