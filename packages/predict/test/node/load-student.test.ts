import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadStudent } from '@limbeck/predict/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadEngine } from '../../src/node/engine.js';
import { expectedProbabilities, tinyConfig, writeTinyStudent } from '../tiny-student.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-student-'));
  writeTinyStudent(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('loadStudent', () => {
  test('loads a folder and predicts, with the file of the precision asked for', async () => {
    for (const [precision, temperature] of [
      ['float32', 1],
      ['int8', 0.5],
    ] as const) {
      const student = await loadStudent(folder, { precision, threads: 2 });
      const [one] = await student.predict(['abe']);
      // The stand-in for int8 doubles the weights, as half the temperature would.
      expect(one?.probability).toBeCloseTo(expectedProbabilities('abe', temperature)[0] ?? 0, 5);
      await student.dispose();
    }
  });

  test.each(['config.json', 'onnx/model.onnx'])('says that %s is missing', async (name) => {
    rmSync(path.join(folder, name));
    const call = loadStudent(folder);
    await expect(call).rejects.toMatchObject({ code: 'data-missing' });
    await expect(call).rejects.toThrow(name);
  });

  test('says that the folder is missing, by the path as it was given', async () => {
    const call = loadStudent('/nowhere/student');
    await expect(call).rejects.toMatchObject({
      code: 'data-missing',
      given: '/nowhere/student without config.json',
    });
  });

  test('refuses a truncated model', async () => {
    truncateSync(path.join(folder, 'onnx/model.onnx'), 700);
    await expect(loadStudent(folder)).rejects.toMatchObject({ code: 'corrupt-onnx' });
  });

  test('refuses a later version', async () => {
    writeFileSync(path.join(folder, 'config.json'), tinyConfig({ formatVersion: 9 }));
    await expect(loadStudent(folder)).rejects.toMatchObject({ code: 'format-too-new' });
  });
});

describe('loadEngine', () => {
  test('says how to get the engine where it is not installed', async () => {
    const cause = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    const call = loadEngine(() => Promise.reject(cause));
    await expect(call).rejects.toMatchObject({ code: 'engine-missing', cause });
    await expect(call).rejects.toThrow('npm install onnxruntime-node');
  });
});
