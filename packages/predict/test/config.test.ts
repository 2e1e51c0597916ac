import { readFileSync } from 'node:fs';
import { parseConfig } from '@limbeck/predict';
import { describe, expect, test } from 'vitest';
import { tinyConfig } from './tiny-student.js';

/** The config with a field put in place of another's value. */
function changed(change: { readonly [key: string]: unknown }): string {
  return JSON.stringify({ ...(JSON.parse(tinyConfig()) as object), ...change });
}

describe('parseConfig', () => {
  test('reads labels in the order of their ids, whatever the order in the file', () => {
    const config = parseConfig(changed({ id2label: { 2: 'c', 0: 'a', 1: 'b' } }));
    expect(config).toEqual({
      family: 'tiny',
      inputs: 'bytes',
      maxBytes: 16,
      padId: 256,
      temperature: 1,
      labels: ['a', 'b', 'c'],
    });
  });

  test('reads what version 1 of the format had', () => {
    const file = new URL('fixtures/student-v1/config.json', import.meta.url);
    expect(parseConfig(readFileSync(file, 'utf8'))).toEqual({
      family: 'tiny',
      inputs: 'bytes',
      maxBytes: 16,
      padId: 256,
      temperature: 1.5,
      weightsSha256: 'ab'.repeat(32),
      labels: ['vowels', 'digits', 'other'],
    });
  });

  test('keeps the hash of the weights and the temperature', () => {
    const config = parseConfig(tinyConfig({ weightsSha256: 'ab', temperature: 2.5 }));
    expect(config).toMatchObject({ weightsSha256: 'ab', temperature: 2.5 });
  });

  test.each([
    ['no JSON', '{"model'],
    ['an array', '[]'],
    ["another library's model", changed({ limbeck: undefined })],
    ['no format version', tinyConfig({ formatVersion: undefined })],
    ['inputs of a kind that this version does not know', tinyConfig({ inputs: 'tokens' })],
    ['no maxBytes', tinyConfig({ maxBytes: 0 })],
    ['a padId below 0', tinyConfig({ padId: -1 })],
    ['a temperature of 0', tinyConfig({ temperature: 0 })],
    ['no labels', changed({ id2label: {} })],
    ['a gap in the labels', changed({ id2label: { 0: 'a', 2: 'c' } })],
    ['a label that is no text', changed({ id2label: { 0: 1 } })],
    ['a label twice', changed({ id2label: { 0: 'a', 1: 'a' } })],
  ])('refuses %s', (_kind, text) => {
    expect(() => parseConfig(text)).toThrow(expect.objectContaining({ code: 'corrupt-file' }));
  });

  test('refuses a later version', () => {
    expect(() => parseConfig(tinyConfig({ formatVersion: 2 }))).toThrow(
      expect.objectContaining({ code: 'format-too-new' }),
    );
  });
});
