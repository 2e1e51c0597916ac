import { checkWhole } from '@limbeck/core';
import { byteOffsets } from '../span-collator.js';
import { assemble, type TextTokens } from './assemble.js';
import { checkIsText } from './check-text.js';
import { bareTemplate } from './template.js';
import type { Tokeniser } from './tokeniser-types.js';
import { unknownId } from './unknown-id.js';

/** Options of {@link byteTokeniser}. */
export interface ByteTokeniserOptions {
  /** The id of padding, from 0: one of a byte is told from the byte by the mask alone. @defaultValue 256 */
  readonly padId?: number;
}

/**
 * The UTF-8 bytes of a text as ids 0 to 255: nothing to train, nothing unknown, and any language costs what its
 * letters take.
 *
 * @throws LimbeckError `invalid-option`
 * @example
 * ```ts
 * import { byteTokeniser } from '@limbeck/data';
 *
 * const bytes = byteTokeniser();
 * const { ids } = bytes.encode('né', { padTo: 5 });
 * console.log(ids.join(), bytes.decode(ids)); // 110,195,169,256,256 né
 * ```
 */
export function byteTokeniser(options: ByteTokeniserOptions = {}): Tokeniser {
  const { padId = 256 } = options;
  checkWhole('byteTokeniser', { padId }, 0, 'Leave it out for 256.');
  const pad = { token: '<pad>', id: padId };
  const isByte = (id: number): boolean => Number.isInteger(id) && id >= 0 && id < 256;

  const read = (text: string, offsets: boolean): TextTokens => {
    const ids = [...new TextEncoder().encode(text)];
    return { ids, tokens: ids.map(byteName), offsets: offsets ? byteOffsets(text) : undefined };
  };
  return {
    kind: 'bytes',
    vocabularySize: Math.max(256, padId + 1),
    special: { pad },
    encode(text, encodeOptions = {}) {
      const { pair, offsets = false } = encodeOptions;
      const texts = pair === undefined ? [text] : [text, pair];
      return assemble(
        texts.map((each) => read(checkIsText('byteTokeniser', each), offsets)),
        bareTemplate,
        pad,
        encodeOptions,
      );
    },
    decode(ids, { special = false } = {}) {
      const parts: string[] = [];
      let bytes: number[] = [];
      const flush = (): void => {
        parts.push(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes)));
        bytes = [];
      };
      for (const id of ids) {
        // A padding id that is a byte's too can only be read as the byte.
        if (isByte(id)) bytes.push(id);
        else if (id !== padId) throw unknownId('byteTokeniser', id);
        else if (special) {
          flush();
          parts.push(pad.token);
        }
      }
      flush();
      return parts.join('');
    },
    tokenId(token) {
      const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
      return byte !== undefined
        ? Number.parseInt(byte, 16)
        : token === pad.token
          ? padId
          : undefined;
    },
    idToken: (id) => (isByte(id) ? byteName(id) : id === padId ? pad.token : undefined),
  };
}

/** As published byte-fallback vocabularies write it. */
function byteName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
