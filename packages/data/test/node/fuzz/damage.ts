import type { Rng } from '@limbeck/core';

/** Numbers that lengths and counts turn into when a file lies: as four bytes, and as Thrift's varints. */
const extremes = [
  [0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0x00, 0x00, 0x00, 0x80],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
];

/** Bytes that mean something in CSV and JSON. */
const marks = [...Buffer.from('",\n\r\t\\[]{}:0-e\u00fc')];

/** A copy with some damage: bytes changed, lost, doubled or put in, or the end cut off. */
export function damaged(whole: Uint8Array, rng: Rng): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(whole);
  const whole32 = (below: number): number => Math.floor(rng.uniform() * below);
  // Half of the damage is done to the end, where Parquet says what lies where.
  const place = (): number => {
    const last = Math.min(bytes.length, 400);
    return rng.uniform() < 0.5 ? whole32(bytes.length) : bytes.length - last + whole32(last);
  };
  for (let rounds = 1 + whole32(3); rounds > 0 && bytes.length > 0; rounds--) {
    const at = place();
    const kind = whole32(8);
    if (kind === 0) bytes = bytes.slice(0, at);
    else if (kind === 1)
      bytes = joined(bytes.subarray(0, at), bytes.subarray(at + 1 + whole32(20)));
    else if (kind === 2) {
      bytes = joined(bytes.subarray(0, at + whole32(30)), bytes.subarray(at));
    } else if (kind === 3)
      bytes.set(extremes[whole32(extremes.length)]!.slice(0, bytes.length - at), at);
    else if (kind === 4) {
      const inserted = Uint8Array.from(
        { length: 1 + whole32(4) },
        () => marks[whole32(marks.length)]!,
      );
      bytes = joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
    } else if (kind === 5) bytes[at] = marks[whole32(marks.length)]!;
    else if (kind === 6) bytes[at] = bytes[at]! ^ (1 << whole32(8));
    else bytes[at] = whole32(256);
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
