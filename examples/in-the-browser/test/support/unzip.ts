/** A file of an archive. */
export interface Entry {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The checksum that the archive states. */
  readonly crc: number;
}

/** The files of an archive without compression, found by way of the directory at its end. */
export function unzip(archive: Uint8Array): Entry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = archive.length - 22;
  if (view.getUint32(end, true) !== 0x06054b50) throw new Error('The archive has no end.');
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < view.getUint16(end + 10, true); i++) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error('The directory is broken.');
    const name = view.getUint16(at + 28, true);
    const size = view.getUint32(at + 24, true);
    const local = view.getUint32(at + 42, true);
    if (view.getUint32(local, true) !== 0x04034b50) throw new Error('A header is broken.');
    const start = local + 30 + view.getUint16(local + 26, true);
    entries.push({
      path: new TextDecoder().decode(archive.subarray(at + 46, at + 46 + name)),
      bytes: archive.slice(start, start + size),
      crc: view.getUint32(at + 16, true),
    });
    at += 46 + name;
  }
  return entries;
}
