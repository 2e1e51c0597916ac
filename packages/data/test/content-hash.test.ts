import { createHash } from 'node:crypto';
import { fc, test } from '@fast-check/vitest';
import { canonicalJson } from '@limbeck/core';
import { contentHash } from '@limbeck/data';
import { describe, expect } from 'vitest';

describe('contentHash', () => {
  test('is the sha256 of the text "abc" as JSON', () => {
    // printf '"abc"' | sha256sum
    expect(contentHash('abc')).toBe(
      '6cc43f858fbb763301637b5af970e2a46b46f461f27e5a0f41e009c59b827b25',
    );
  });

  test.prop([fc.jsonValue()])("agrees with Node's own sha256", (value) => {
    expect(contentHash(value)).toBe(
      createHash('sha256').update(canonicalJson(value)).digest('hex'),
    );
  });

  test('ignores the order of keys and fields that are undefined, and nothing else', () => {
    expect(contentHash({ a: 1, b: { c: 2, d: 3 } })).toBe(
      contentHash({ b: { d: 3, c: 2 }, a: 1, e: undefined }),
    );
    expect(contentHash({ a: 1 })).not.toBe(contentHash({ a: '1' }));
    expect(contentHash(['a', 'b'])).not.toBe(contentHash(['b', 'a']));
  });
});
