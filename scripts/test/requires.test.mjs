import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { requires } from '../../test-support/requires.js';
import { root } from '../workspace.mjs';

/** A test's context whose skip() throws what it was told, as Vitest's does. */
const context = {
  skip(note) {
    throw new Error(`skipped: ${note}`);
  },
};

afterEach(() => vi.unstubAllEnvs());

describe('requires', () => {
  test('answers where the data are, read from the root', () => {
    vi.stubEnv('LIMBECK_DATA', 'packages');
    expect(requires('data', context)).toBe(path.join(root, 'packages'));
    vi.stubEnv('LIMBECK_DATA', os.tmpdir());
    expect(requires('data', context)).toBe(path.resolve(os.tmpdir()));
  });

  test.each([
    ['data', 'LIMBECK_DATA', ''],
    ['data', 'LIMBECK_DATA', 'no-such-folder'],
    ['chromium', 'LIMBECK_CHROMIUM', path.join(root, 'no-such-browser')],
  ])('skips with a message without %s (%s = "%s")', (what, variable, value) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    vi.stubEnv(variable, value);
    vi.stubEnv('LIMBECK_REQUIRE', '');
    expect(() => requires(what, context)).toThrow(`skipped: needs ${what}`);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  test('fails where LIMBECK_REQUIRE names it', () => {
    vi.stubEnv('LIMBECK_CHROMIUM', path.join(root, 'no-such-browser'));
    vi.stubEnv('LIMBECK_REQUIRE', 'data, chromium');
    expect(() => requires('chromium', context)).toThrow('LIMBECK_REQUIRE demands');
  });
});
