import { canonicalJson, type ContentHash } from '@limbeck/core';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * What a target is filed under: the sha256 of an input's canonical JSON, 64 lower-case hexadecimal digits.
 *
 * Keys are sorted and `undefined` fields left out, so that equal values have equal hashes; it runs in a page too.
 *
 * @param value - anything that JSON can hold
 * @example
 * ```ts
 * import { contentHash } from '@limbeck/data';
 *
 * console.log(contentHash({ b: 1, a: 2 }) === contentHash({ a: 2, b: 1 })); // true
 * ```
 */
export function contentHash(value: unknown): ContentHash {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}
