import { fc, test } from '@fast-check/vitest';
import { encodeText, padBytes } from '@limbeck/predict';
import { describe, expect } from 'vitest';

describe('encodeText', () => {
  test.prop([fc.string({ unit: 'binary', minLength: 1 }), fc.integer({ min: 1, max: 40 })])(
    'gives the first bytes of the UTF-8 text',
    (text, maxBytes) => {
      expect([...encodeText(text, maxBytes)]).toEqual(
        [...Buffer.from(text, 'utf8')].slice(0, maxBytes),
      );
    },
  );

  test('reads a lone surrogate as U+FFFD, also where the cut made it', () => {
    expect([...encodeText('\ud83d', 9)]).toEqual([0xef, 0xbf, 0xbd]);
    // The cut of the text after two characters would leave half of the emoji, behind the two bytes that count.
    expect([...encodeText('a😀', 2)]).toEqual([0x61, 0xf0]);
  });
});

describe('padBytes', () => {
  test('fills up to the longest and masks what it filled', () => {
    expect(padBytes([Uint8Array.of(1, 255), Uint8Array.of(7)], 256)).toEqual({
      inputIds: BigInt64Array.of(1n, 255n, 7n, 256n),
      attentionMask: BigInt64Array.of(1n, 1n, 1n, 0n),
      tokens: 2,
    });
  });

  test('never has an empty dimension', () => {
    expect(padBytes([new Uint8Array()], 256)).toEqual({
      inputIds: BigInt64Array.of(256n),
      attentionMask: BigInt64Array.of(0n),
      tokens: 1,
    });
  });
});
