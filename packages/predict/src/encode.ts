/** Token ids as the student's graph takes them. */
export interface ByteBatch {
  /** Byte values or ids, and the padding id behind shorter texts; `[batch, tokens]`, row-major. */
  readonly inputIds: BigInt64Array;
  /** 1 for a token, 0 for padding; `[batch, tokens]`. */
  readonly attentionMask: BigInt64Array;
  /** How many tokens the longest text has; at least 1. */
  readonly tokens: number;
}

const encoder = new TextEncoder();
/** A graph must not see an empty dimension, and a mean over no tokens is no number. */
const emptyText = new Uint8Array([0x0a]);

/**
 * A text's UTF-8 bytes, at most `maxBytes` of them; a character may be cut. Lone surrogates become U+FFFD.
 * An empty text is read as a single line feed.
 */
export function encodeText(text: string, maxBytes: number): Uint8Array {
  if (text === '') return emptyText;
  // No UTF-16 unit takes less than a byte, so what lies further on need not be encoded; one more unit keeps the halves
  // of a surrogate pair together.
  const bytes = encoder.encode(text.length > maxBytes ? text.slice(0, maxBytes + 1) : text);
  return bytes.length > maxBytes ? bytes.subarray(0, maxBytes) : bytes;
}

/** Lays texts side by side, filled up to the longest: bytes, or the ids of tokens. */
export function padBytes(
  texts: readonly (Uint8Array | readonly number[])[],
  padId: number,
): ByteBatch {
  const tokens = texts.reduce((most, { length }) => Math.max(most, length), 1);
  const inputIds = new BigInt64Array(texts.length * tokens).fill(BigInt(padId));
  const attentionMask = new BigInt64Array(texts.length * tokens);
  texts.forEach((ids, row) => {
    const start = row * tokens;
    for (let i = 0; i < ids.length; i += 1) {
      const id = ids[i]!;
      inputIds[start + i] = byteValues[id] ?? BigInt(id);
    }
    attentionMask.fill(1n, start, start + ids.length);
  });
  return { inputIds, attentionMask, tokens };
}

/** Making a bigint a byte would be half of the time of a prediction. */
const byteValues = Array.from({ length: 256 }, (_, value) => BigInt(value));
