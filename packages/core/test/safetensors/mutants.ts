import {
  hostTensor,
  type HostTensor,
  isLimbeckError,
  readSafetensors,
  Rng,
  writeSafetensors,
} from '@limbeck/core';

const originals: readonly Uint8Array[] = [
  writeSafetensors({}),
  writeSafetensors(
    { a: hostTensor('float32', [2, 3], [1, 2, 3, 4, 5, 6]) },
    { metadata: { k: 'v' } },
  ),
  writeSafetensors(
    Object.fromEntries(
      Array.from({ length: 20 }, (_, i): [string, HostTensor] => [
        `layers.${i}.weight`,
        hostTensor('int64', [i, 2], new Array<number>(2 * i).fill(i)),
      ]),
    ),
  ),
  halves(),
];

/** A file of half floats, which take twice their room in memory. */
function halves(): Uint8Array {
  const header = '{"h":{"dtype":"F16","shape":[64],"data_offsets":[0,128]}}       ';
  const bytes = new Uint8Array(8 + header.length + 128);
  bytes[0] = header.length;
  bytes.set(new TextEncoder().encode(header), 8);
  return bytes;
}

const words = [
  '"F32"',
  '"F16"',
  '"BOOL"',
  '[]',
  '[0]',
  '{',
  '}',
  '"',
  ',',
  '9999999999999',
  '-1',
  '1e9',
  '\\u0000',
  '__metadata__',
  '  ',
];

/** A file with one to four things wrong with it: bytes, bits, cuts, copies, numbers and words of the header. */
export function mutant(seed: number): Uint8Array {
  const rng = Rng.from(seed).stream('mutant');
  let bytes: Uint8Array = originals[rng.integer(originals.length)]!.slice();
  for (let left = 1 + rng.integer(4); left > 0; left--) bytes = changed(bytes, rng);
  return bytes;
}

function changed(bytes: Uint8Array, rng: Rng): Uint8Array {
  const at = rng.integer(bytes.length + 1);
  const until = at + rng.integer(bytes.length - at + 1);
  const copy = bytes.slice();
  switch (rng.integer(7)) {
    case 0:
      if (at < copy.length) copy[at] = rng.integer(256);
      return copy;
    case 1:
      if (at < copy.length) copy[at]! ^= 1 << rng.integer(8);
      return copy;
    case 2:
      return copy.slice(0, at);
    case 3:
      return joined(copy.slice(0, until), copy.slice(at));
    case 4:
      return joined(copy.slice(0, at), copy.slice(until));
    case 5:
      // The length of the header, as a 64-bit number of any size.
      if (copy.length >= 8)
        copy.set(Uint8Array.from({ length: 1 + rng.integer(8) }, () => rng.integer(256)));
      return copy;
    default:
      return joined(
        copy.slice(0, at),
        new TextEncoder().encode(words[rng.integer(words.length)]),
        copy.slice(rng.integer(2) === 0 ? at : Math.min(until, at + 4)),
      );
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What is wrong with how a file is read: another error than ours, or too much memory; undefined if nothing is. */
export function faultOf(bytes: Uint8Array): string | undefined {
  try {
    const { tensors } = readSafetensors(bytes);
    const taken = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
    return taken > 10 * bytes.length ? `${taken} bytes from a file of ${bytes.length}` : undefined;
  } catch (error) {
    const expected =
      isLimbeckError(error, 'corrupt-file') || isLimbeckError(error, 'dtype-mismatch');
    return expected ? undefined : String(error);
  }
}
