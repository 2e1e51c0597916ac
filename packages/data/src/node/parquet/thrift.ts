/** The types of Thrift's compact protocol, as they stand in files. */
const type = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
};

/** Deeper structs than any that Parquet has. */
const deepest = 16;

/**
 * Reads Thrift's compact protocol where every length may be a lie: nothing is allocated before the bytes are there that
 * would fill it. Fields that nobody asks for are stepped over.
 */
export class ThriftReader {
  private depth = 0;

  constructor(
    private readonly bytes: Uint8Array,
    /** The next byte. */
    public at = 0,
  ) {}

  /** A struct, field by field: each reads its value from this reader. */
  struct(fields: { readonly [id: number]: () => void }): void {
    if (++this.depth > deepest) throw new Error('structs are nested too deeply');
    let id = 0;
    for (;;) {
      const byte = this.byte();
      const kind = byte & 0x0f;
      if (kind === type.stop) break;
      const delta = byte >> 4;
      id = delta === 0 ? this.integer() : id + delta;
      this.kind = kind;
      const read = Object.hasOwn(fields, id) ? fields[id] : undefined;
      if (read === undefined) this.skip(kind);
      else read();
    }
    this.depth--;
  }

  /** What the value is that a field's function is called to read. */
  private kind = 0;

  /** A field that is a boolean. */
  boolean(): boolean {
    this.expect(type.true, type.false);
    return this.kind === type.true;
  }

  /** A field that is a whole number. */
  number(): number {
    this.expect(type.byte, type.i16, type.i32, type.i64);
    return this.kind === type.byte ? this.byte() : this.integer();
  }

  /** A field of bytes; a view. */
  binary(): Uint8Array {
    this.expect(type.binary);
    return this.bytesOf();
  }

  /** A field of text. */
  text(): string {
    return new TextDecoder().decode(this.binary());
  }

  /** A field that is a struct. */
  field(fields: { readonly [id: number]: () => void }): void {
    this.expect(type.struct);
    this.struct(fields);
  }

  /** A field that is a struct of which only matters that it is there. */
  mark(): void {
    this.field({});
  }

  /** A field that is a list of structs, or of bytes. */
  list<T>(read: () => T): T[] {
    this.expect(type.list);
    const { size, kind } = this.listHead();
    const items: T[] = [];
    for (let i = 0; i < size; i++) {
      this.kind = kind;
      items.push(read());
    }
    return items;
  }

  private listHead(): { readonly size: number; readonly kind: number } {
    const head = this.byte();
    const size = head >> 4 === 15 ? this.varint() : head >> 4;
    // Each item takes a byte at least.
    if (size > this.bytes.length - this.at) {
      throw new Error(`a list of ${size} items in ${this.bytes.length - this.at} bytes`);
    }
    return { size, kind: head & 0x0f };
  }

  private bytesOf(): Uint8Array {
    const length = this.varint();
    if (length > this.bytes.length - this.at) {
      throw new Error(`${length} bytes where ${this.bytes.length - this.at} are left`);
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private skip(kind: number): void {
    if (kind === type.true || kind === type.false) return;
    if (kind === type.byte) this.move(1);
    else if (kind === type.i16 || kind === type.i32 || kind === type.i64) this.skipVarint();
    else if (kind === type.double) this.move(8);
    else if (kind === type.binary) this.bytesOf();
    else if (kind === type.struct) this.struct({});
    else if (kind === type.list || kind === type.set) this.skipList();
    else throw new Error(`a field of unknown type ${kind}`);
  }

  private skipList(): void {
    if (++this.depth > deepest) throw new Error('lists are nested too deeply');
    const { size, kind } = this.listHead();
    for (let i = 0; i < size; i++) {
      // In a list booleans are bytes.
      if (kind === type.true || kind === type.false) this.move(1);
      else this.skip(kind);
    }
    this.depth--;
  }

  private skipVarint(): void {
    for (let i = 0; i < 10; i++) if (this.byte() < 0x80) return;
    throw new Error('a number of more than ten bytes');
  }

  /** A number that is not negative. */
  private varint(): number {
    let result = 0;
    for (let i = 0, factor = 1; i < 10; i++, factor *= 128) {
      const byte = this.byte();
      result += (byte & 0x7f) * factor;
      if (byte < 0x80) return result;
    }
    throw new Error('a number of more than ten bytes');
  }

  /** A number in zigzag form. */
  private integer(): number {
    const coded = this.varint();
    if (coded > Number.MAX_SAFE_INTEGER) throw new Error('a number beyond what is exact');
    return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new EndOfBytes('it ends within a field');
    return byte;
  }

  private move(count: number): void {
    this.at += count;
    if (this.at > this.bytes.length) throw new EndOfBytes('it ends within a field');
  }

  private expect(...kinds: readonly number[]): void {
    if (!kinds.includes(this.kind))
      throw new Error(`a field of type ${this.kind}, not ${kinds[0]}`);
  }
}

/** The bytes end too early; there may be more of them. */
export class EndOfBytes extends Error {}
