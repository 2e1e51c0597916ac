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
      field: 'label',
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
      field: 'label',
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
    ['tokens in a version that had none', tinyConfig({ inputs: 'tokens', maxTokens: 8 })],
    ['tokens without maxTokens', tinyConfig({ formatVersion: 2, inputs: 'tokens' })],
    ['a calibration that is none', tinyConfig({ calibration: { kind: 'platt', a: 1 } })],
    ['a field without a name', tinyConfig({ field: '' })],
    ['a schema that is no object', tinyConfig({ schema: 'record' })],
    [
      'a schema that does not list a label',
      tinyConfig({ schema: { properties: { label: { enum: ['vowels', 'digits'] } } } }),
    ],
    ['a field that hides what predictions have', tinyConfig({ field: 'probabilities' })],
    ['a threshold above 1', tinyConfig({ threshold: { probability: 1.5, precision: 0.9 } })],
    [
      'a threshold for a label that there is not',
      tinyConfig({ threshold: { label: 'letters', probability: 0.5, precision: 0.9 } }),
    ],
    ['a gap in the labels', changed({ id2label: { 0: 'a', 2: 'c' } })],
    ['a label that is no text', changed({ id2label: { 0: 1 } })],
    ['a label twice', changed({ id2label: { 0: 'a', 1: 'a' } })],
  ])('refuses %s', (_kind, text) => {
    expect(() => parseConfig(text)).toThrow(expect.objectContaining({ code: 'corrupt-file' }));
  });

  test('reads what version 2 of the format has', () => {
    const file = new URL('fixtures/student-v2/config.json', import.meta.url);
    expect(parseConfig(readFileSync(file, 'utf8'))).toEqual({
      family: 'bag',
      inputs: 'tokens',
      maxTokens: 8,
      vocabulary: 9,
      padId: 0,
      temperature: 1,
      calibration: { kind: 'isotonic', x: [0, 0.5, 1], y: [0.1, 0.4, 0.9] },
      field: 'mood',
      schema: { type: 'object', properties: { mood: { enum: ['good', 'bad'] } } },
      threshold: { label: 'bad', probability: 0.8, precision: 0.95 },
      labels: ['good', 'bad'],
    });
  });

  test('says what to do with a model that reads no text', () => {
    const call = (): unknown => parseConfig(tinyConfig({ inputs: 'tensors' }));
    expect(call).toThrow(/run its ONNX file with an ONNX runtime/);
  });

  test('divides by no temperature where another calibration is stored', () => {
    const calibration = { kind: 'temperature', temperature: 3 };
    expect(parseConfig(tinyConfig({ temperature: 2, calibration }))).toMatchObject({
      temperature: 1,
      calibration,
    });
  });

  test('refuses a later version', () => {
    expect(() => parseConfig(tinyConfig({ formatVersion: 3 }))).toThrow(
      expect.objectContaining({ code: 'format-too-new' }),
    );
  });
});
