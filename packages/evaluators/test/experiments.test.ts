import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseExperimentResult } from '@limbeck/evaluators';
import { readExperiments, thisMachine, writeExperiment } from '@limbeck/evaluators/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import fixture from './fixtures/experiment-v1.json' with { type: 'json' };

const experiment = parseExperimentResult(fixture);
let area: string;
beforeEach(() => {
  area = mkdtempSync(path.join(os.tmpdir(), 'limbeck-experiments-'));
});
afterEach(() => rmSync(area, { recursive: true }));

test('what was written is read, in the order of names', () => {
  const [second, first] = ['b', 'a'].map((name) => ({ ...experiment, experiment: name }));
  const file = writeExperiment(area, second!);
  writeExperiment(area, first!);
  expect(file).toBe(path.join(area, 'results', 'b.json'));
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(second);
  expect(readExperiments(area)).toEqual([first, second]);
});

test('other files of the folder are left alone, and a broken one is refused', () => {
  writeExperiment(area, experiment);
  writeFileSync(path.join(area, 'results', 'notes.txt'), 'no result');
  expect(readExperiments(area)).toHaveLength(1);
  writeFileSync(path.join(area, 'results', 'broken.json'), '{}');
  expect(() => readExperiments(area)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
});

test('an area without results: io-failed', () => {
  expect(() => readExperiments(area)).toThrow(expect.objectContaining({ code: 'io-failed' }));
});

test('thisMachine names the engine beside a module', () => {
  const machine = thisMachine(import.meta.url);
  expect(machine).toMatchObject({ node: process.version, cores: os.availableParallelism() });
  expect(machine.onnxruntime).toMatch(/^\d+\.\d+\.\d+/);
});

test('a place where no module lies: io-failed', () => {
  // A file's address would not do: NODE_PATH, where it is set, finds an engine from everywhere.
  const call = (): unknown => thisMachine('https://example.org/module.js');
  expect(call).toThrow(expect.objectContaining({ code: 'io-failed' }));
});
