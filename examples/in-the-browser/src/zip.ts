/** Files as one zip archive, stored as they are: weights hardly compress. */
export function zip(files: { readonly [path: string]: Uint8Array }): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [path, bytes] of Object.entries(files)) {
    const name = new TextEncoder().encode(path);
    const facts = { name, crc: crc32(bytes), size: bytes.length };
    const local = header(0x04034b50, facts);
    parts.push(local, bytes);
    directory.push(header(0x02014b50, facts, offset));
    offset += local.length + bytes.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, directory.length, true);
  end.setUint16(10, directory.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return joined([...parts, ...directory, new Uint8Array(end.buffer)]);
}

interface Facts {
  readonly name: Uint8Array;
  readonly crc: number;
  readonly size: number;
}

/** The header before a file, or with an offset its entry in the directory at the end. */
function header(signature: number, { name, crc, size }: Facts, offset?: number): Uint8Array {
  const central = offset !== undefined;
  const at = central ? 2 : 0;
  const view = new DataView(new ArrayBuffer((central ? 46 : 30) + name.length));
  view.setUint32(0, signature, true);
  if (central) view.setUint16(4, 20, true);
  view.setUint16(4 + at, 20, true);
  // Names are UTF-8.
  view.setUint16(6 + at, 0x0800, true);
  // 1 January 1980, so that the same files make the same archive.
  view.setUint16(12 + at, 0x21, true);
  view.setUint32(14 + at, crc, true);
  view.setUint32(18 + at, size, true);
  view.setUint32(22 + at, size, true);
  view.setUint16(26 + at, name.length, true);
  if (central) view.setUint32(42, offset, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(name, central ? 46 : 30);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}
