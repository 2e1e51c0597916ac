import { describe, expect, test } from 'vitest';
import { isOwnHost } from '../../../src/node/live/host-names.js';

describe('isOwnHost', () => {
  test.each([
    '127.0.0.1:4750',
    '127.0.0.1',
    'localhost:9',
    'LOCALHOST:4750',
    '[::1]:4750',
    '10.0.0.7:1',
  ])('lets %s in', (header) => expect(isOwnHost(header, '127.0.0.1')).toBe(true));

  test.each([
    undefined,
    '',
    'evil.example:4750',
    'localhost.evil.example',
    '127.0.0.1.evil.example:4750',
    '127.0.0.1:4750:1',
    '[::1',
    '999.1.1.1',
    'a@127.0.0.1',
  ])('keeps %s out', (header) => expect(isOwnHost(header, '127.0.0.1')).toBe(false));

  test('lets the name in that was asked for', () => {
    expect(isOwnHost('box.lan:4750', 'box.lan')).toBe(true);
    expect(isOwnHost('box.lan:4750', '127.0.0.1')).toBe(false);
  });
});
