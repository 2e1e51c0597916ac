/** What a block of Zstandard holds at most, in bytes (RFC 8878, §3.1.1.2.4). */
const largestBlock = 2 ** 17;

/**
 * How many bytes a frame of Zstandard may hold, by the sizes that its blocks give.
 *
 * @throws Error if it is none, or a block claims more than a block may hold
 * @see RFC 8878, §3.1. {@link https://www.rfc-editor.org/rfc/rfc8878}
 */
export function mostZstdBytes(bytes: Uint8Array): number {
  if (little(bytes, 0, 4) !== 0xfd2fb528) throw new Error('no frame of Zstandard');
  const flags = bytes[4] ?? 0;
  const single = (flags >> 5) & 1;
  const dictionary = [0, 1, 2, 4][flags & 3]!;
  const sizeBytes = flags >> 6 === 0 ? single : 1 << (flags >> 6);
  let at = 5 + (1 - single) + dictionary + sizeBytes;
  let most = 0;
  for (let last = false; !last;) {
    const head = little(bytes, at, 3);
    at += 3;
    last = (head & 1) === 1;
    const [kind, size] = [(head >> 1) & 3, head >> 3];
    const taken = kind === 1 ? 1 : size;
    if (kind === 3 || size > largestBlock || at + taken > bytes.length) {
      throw new Error('a damaged block of Zstandard');
    }
    if (kind === 2) checkSequences(bytes.subarray(at, at + size));
    most += kind === 2 ? largestBlock : size;
    at += taken;
  }
  return most;
}

/** A block whose literals and copies, each of three bytes at least, are more than a block may hold is damaged. */
function checkSequences(block: Uint8Array): void {
  const head = block[0] ?? 0;
  const [kind, form] = [head & 3, (head >> 2) & 3];
  let [at, literals, taken] = [0, 0, 0];
  if (kind < 2) {
    at = form === 1 ? 2 : form === 3 ? 3 : 1;
    literals = at === 1 ? head >> 3 : little(block, 0, at) >> 4;
    taken = kind === 0 ? literals : 1;
  } else {
    const bits = form < 2 ? 10 : form === 2 ? 14 : 18;
    at = form < 2 ? 3 : form === 2 ? 4 : 5;
    const sizes = little(block, 0, at) / 16;
    literals = Math.floor(sizes) % 2 ** bits;
    taken = Math.floor(sizes / 2 ** bits) % 2 ** bits;
  }
  at += taken;
  const first = block[at] ?? 0;
  const sequences =
    first < 128
      ? first
      : first < 255
        ? ((first - 128) << 8) + (block[at + 1] ?? 0)
        : little(block, at + 1, 2) + 0x7f00;
  if (at >= block.length || literals + 3 * sequences > largestBlock) {
    throw new Error('a damaged block of Zstandard');
  }
}

function little(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
