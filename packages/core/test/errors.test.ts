import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ErrorCode, isLimbeckError, LimbeckError } from '@limbeck/core';
import { describe, expect, expectTypeOf, test } from 'vitest';

const details = {
  where: 'softTargets',
  given: 'temperature 0',
  expected: 'a finite number above 0',
  next: 'Use 1.',
};

describe('LimbeckError', () => {
  test('says what was given, what was expected and what to do next', () => {
    const error = new LimbeckError('invalid-option', details);
    expect(error.message).toBe(
      'softTargets: given temperature 0; expected a finite number above 0. Use 1. [invalid-option]',
    );
    expect(error).toMatchObject({ name: 'LimbeckError', code: 'invalid-option', ...details });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toMatch(/^LimbeckError: softTargets/);
  });

  test('passes its cause along, and has none where there was none', () => {
    const cause = new Error('ENOSPC');
    expect(new LimbeckError('disk-full', { ...details, cause }).cause).toBe(cause);
    expect('cause' in new LimbeckError('disk-full', details)).toBe(false);
  });

  test('has a closed set of codes', () => {
    expectTypeOf<'invalid-option'>().toExtend<ErrorCode>();
    // @ts-expect-error: no such code.
    void new LimbeckError('oops', details);
  });
});

describe('isLimbeckError', () => {
  const error = new LimbeckError('empty-data', details);

  test('knows its own, with the code or without', () => {
    expect(isLimbeckError(error)).toBe(true);
    expect(isLimbeckError(error, 'empty-data')).toBe(true);
    expect(isLimbeckError(error, 'disk-full')).toBe(false);
  });

  test('knows an error of another copy of the package', () => {
    const other = Object.assign(new Error('x'), { name: 'LimbeckError', code: 'empty-data' });
    expect(isLimbeckError(other, 'empty-data')).toBe(true);
    expect(isLimbeckError(other, 'disk-full')).toBe(false);
  });

  test.each([new Error('x'), undefined, null, 'empty-data', { code: 'empty-data' }])(
    'does not take %s for one',
    (value) => {
      expect(isLimbeckError(value, 'empty-data')).toBe(false);
    },
  );
});

describe('docs/errors.md', () => {
  const root = path.resolve(import.meta.dirname, '..', '..', '..');
  const source = readFileSync(path.join(root, 'packages/core/src/errors.ts'), 'utf8');
  const union = source.slice(source.indexOf('export type ErrorCode'), source.indexOf(';\n\n'));
  const codes = [...union.matchAll(/^ {2}\| '([\w-]+)'/gm)].map((match) => match[1]);

  test('has one row for each code, in the order of the union, with meaning and next step', () => {
    const page = readFileSync(path.join(root, 'docs/errors.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([\w-]+)` \| (.+?) \| (.+?) \|$/gm)];
    expect(codes.length).toBeGreaterThan(30);
    expect(rows.map((row) => row[1])).toEqual(codes);
  });
});
