import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { LimbeckError } from '@limbeck/core';

/** How a value is laid out in a protobuf file; 3 and 4 frame a group. */
const VARINT = 0;
const BITS64 = 1;
const BYTES = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const BITS32 = 5;

/** Messages within messages; the runtime's own limit, and 33 nested subgraphs of ONNX. */
const MAX_DEPTH = 100;

interface Field {
  readonly name: string;
  /** How one value is laid out. */
  readonly wire: number;
  /** Whether many values may stand in one length-delimited field. */
  readonly packable: boolean;
  readonly text: boolean;
  readonly message: DescMessage | undefined;
}

const tables = new WeakMap<DescMessage, ReadonlyMap<number, Field>>();
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Walks a protobuf file along its schema and refuses what does not hold together, without allocating
 * anything for what the file announces. The runtime's reader trusts lengths and nesting; after this walk
 * it may. Unknown fields are walked too, since they are kept.
 *
 * @throws LimbeckError `corrupt-onnx` where a length passes the end of what holds it, a tag or a wire type
 * is not one, a name is not UTF-8, or messages nest more than 100 deep
 */
export function checkWire(where: string, bytes: Uint8Array, schema: DescMessage): void {
  new Walk(where, bytes).message(schema, schema.name, bytes.length, 1);
}

/** One pass over the bytes; `at` is the next byte to read. */
class Walk {
  private at = 0;

  constructor(
    private readonly where: string,
    private readonly bytes: Uint8Array,
  ) {}

  message(schema: DescMessage, path: string, end: number, depth: number): void {
    if (depth > MAX_DEPTH) this.refuse(path, `messages nested more than ${MAX_DEPTH} deep`);
    const fields = tableOf(schema);
    while (this.at < end) {
      const { number, wire } = this.tag(path, end);
      const field = fields.get(number);
      if (field === undefined) this.skip(wire, number, `${path}.${number}`, end, depth);
      else this.known(field, wire, `${path}.${field.name}`, end, depth);
    }
  }

  private known(field: Field, wire: number, path: string, end: number, depth: number): void {
    if (field.packable && wire === BYTES) {
      const packedEnd = this.lengthEnd(path, end);
      while (this.at < packedEnd) this.value(field.wire, path, packedEnd);
      return;
    }
    if (wire !== field.wire) this.refuse(path, `wire type ${wire} where ${field.wire} belongs`);
    if (wire !== BYTES) return this.value(wire, path, end);
    const valueEnd = this.lengthEnd(path, end);
    if (field.message !== undefined) return this.message(field.message, path, valueEnd, depth + 1);
    if (field.text) this.text(path, valueEnd);
    this.at = valueEnd;
  }

  /** Passes over a field that the schema does not name. */
  private skip(wire: number, number: number, path: string, end: number, depth: number): void {
    if (wire === BYTES) {
      this.at = this.lengthEnd(path, end);
    } else if (wire === GROUP_START) {
      if (depth >= MAX_DEPTH) this.refuse(path, `messages nested more than ${MAX_DEPTH} deep`);
      for (;;) {
        if (this.at >= end) this.refuse(path, 'a group that never ends');
        const inner = this.tag(path, end);
        if (inner.wire !== GROUP_END) this.skip(inner.wire, inner.number, path, end, depth + 1);
        else if (inner.number === number) return;
        else this.refuse(path, `the end of group ${inner.number} inside group ${number}`);
      }
    } else {
      this.value(wire, path, end);
    }
  }

  /** One value whose size its wire type says. */
  private value(wire: number, path: string, end: number): void {
    if (wire === VARINT) {
      this.varint(path, end);
    } else if (wire === BITS32 || wire === BITS64) {
      const size = wire === BITS32 ? 4 : 8;
      if (end - this.at < size) this.refuse(path, `${size} bytes wanted, ${end - this.at} left`);
      this.at += size;
    } else {
      this.refuse(path, `wire type ${wire}, which means nothing here`);
    }
  }

  private tag(path: string, end: number): { readonly number: number; readonly wire: number } {
    const tag = this.varint(path, end);
    const number = Math.floor(tag / 8);
    if (number === 0 || tag >= 2 ** 32) this.refuse(path, `a tag that is no field's (${tag})`);
    return { number, wire: tag % 8 };
  }

  /** Reads a length and says where what it announces ends. */
  private lengthEnd(path: string, end: number): number {
    const length = this.varint(path, end);
    if (length > end - this.at) {
      this.refuse(path, `${length} bytes announced, ${end - this.at} left`);
    }
    return this.at + length;
  }

  /** The value as a number: exact below 2^53, which is all that tags and lengths need. */
  private varint(path: string, end: number): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= end) this.refuse(path, 'a number that is cut off');
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    return this.refuse(path, 'a number of more than 10 bytes');
  }

  private text(path: string, end: number): void {
    try {
      utf8.decode(this.bytes.subarray(this.at, end));
    } catch (cause) {
      this.refuse(path, 'text that is not UTF-8', cause);
    }
  }

  private refuse(path: string, fault: string, cause?: unknown): never {
    throw corrupt(this.where, `${fault}, at byte ${this.at} in ${path}`, cause);
  }
}

/** The error of a file that is not a sound ONNX file. */
export function corrupt(where: string, given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('corrupt-onnx', {
    where,
    given,
    expected: 'the bytes of a whole ONNX file',
    next: 'Fetch or export the file again, and compare its size and hash with the source.',
    cause,
  });
}

/** What the walk must know of a message's fields, by number. */
function tableOf(schema: DescMessage): ReadonlyMap<number, Field> {
  let table = tables.get(schema);
  if (table === undefined) {
    table = new Map(schema.fields.map((field) => [field.number, fieldOf(field)]));
    tables.set(schema, table);
  }
  return table;
}

function fieldOf(field: DescField): Field {
  const scalar = field.scalar;
  const wire = field.message === undefined ? wireOf(scalar) : BYTES;
  return {
    name: field.name,
    wire,
    packable: field.fieldKind === 'list' && wire !== BYTES,
    text: scalar === ScalarType.STRING,
    message: field.message,
  };
}

/** The layout of a scalar; an enum has no scalar type and is laid out as an integer. */
function wireOf(scalar: ScalarType | undefined): number {
  if (scalar === ScalarType.FLOAT) return BITS32;
  if (scalar === ScalarType.DOUBLE) return BITS64;
  return scalar === ScalarType.STRING || scalar === ScalarType.BYTES ? BYTES : VARINT;
}
