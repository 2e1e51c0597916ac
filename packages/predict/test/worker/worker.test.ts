import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { LimbeckError } from '@limbeck/core';
import { loadStudentFrom, type RecordSchema } from '@limbeck/predict';
import {
  connectStudent,
  loadStudent,
  loadStudentInWorker,
  serveStudent,
} from '@limbeck/predict/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyConfig, tinyModel, writeTinyStudent } from '../tiny-student.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-worker-'));
  writeTinyStudent(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts = ['abe', '12', '', 'x1a'];

describe('loadStudentInWorker', () => {
  test.each(['onnxruntime', 'plain'] as const)(
    'answers what a student of this thread answers, on %s',
    async (engine) => {
      const near = await loadStudent(folder, { engine });
      const far = await loadStudentInWorker(folder, {
        engine,
        labels: ['vowels', 'digits', 'other'],
      });
      expect(far.engine).toBe(engine);
      expect(far.config).toEqual(near.config);
      expect(await far.predict(texts)).toEqual(await near.predict(texts));
      expect(await far.explain('ab 12')).toEqual(await near.explain('ab 12'));
      await near.dispose();
      await far.dispose();
      await far.dispose();
    },
  );

  test('leaves this thread free', async () => {
    const far = await loadStudentInWorker(folder, { engine: 'plain' });
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await far.predict(Array.from({ length: 20_000 }, (_, i) => `text ${i}`));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
    await far.dispose();
  });

  test('stops when aborted, and goes on afterwards', async () => {
    const far = await loadStudentInWorker(folder, { engine: 'plain', batchSize: 1 });
    const many = Array.from({ length: 200_000 }, () => 'abc');
    const controller = new AbortController();
    const call = far.predict(many, { abortSignal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    expect(await far.predict(['a'], { abortSignal: new AbortController().signal })).toHaveLength(1);
    const late = far.predict(['a'], { abortSignal: AbortSignal.abort() });
    await expect(late).rejects.toMatchObject({ code: 'aborted' });
    await far.dispose();
  });

  test('passes errors on with their codes', async () => {
    const missing = loadStudentInWorker(path.join(folder, 'nowhere'));
    await expect(missing).rejects.toBeInstanceOf(LimbeckError);
    await expect(missing).rejects.toMatchObject({ code: 'data-missing' });
    const far = await loadStudentInWorker(folder);
    await expect(far.explain('a', { label: 'letters' })).rejects.toMatchObject({
      code: 'unknown-name',
    });
    await far.dispose();
    await expect(far.predict(['a'])).rejects.toMatchObject({ code: 'disposed' });
  });

  test('checks a schema, which stays in this thread', async () => {
    const schema: RecordSchema = {
      '~standard': { validate: () => ({ issues: [{ message: 'no' }] }) },
    };
    const call = loadStudentInWorker(folder, { schema });
    await expect(call).rejects.toMatchObject({ code: 'invalid-option' });
  });

  test('lets everybody who disposes of it wait for the one end', async () => {
    const far = await loadStudentInWorker(folder);
    await expect(Promise.all([far.dispose(), far.dispose(), far.dispose()])).resolves.toBeDefined();
    await expect(far.explain('a')).rejects.toMatchObject({ code: 'disposed' });
  });

  test('takes no text for a list, and sends nothing that is no text', async () => {
    const far = await loadStudentInWorker(folder);
    const wrong = ['abc', undefined, [(): string => 'a'], [Symbol('a')]] as unknown as string[][];
    for (const texts of wrong) {
      await expect(far.predict(texts)).rejects.toMatchObject({ code: 'invalid-data' });
    }
    expect(await far.predict(['a'])).toHaveLength(1);
    await far.dispose();
  });

  test('takes files that are in memory', async () => {
    const far = await loadStudentInWorker({ config: tinyConfig(), model: tinyModel() });
    expect(await far.predict(['aaa'])).toMatchObject([{ label: 'vowels' }]);
    await far.dispose();
  });
});

describe('connectStudent', () => {
  test('uses a student at the other end of a port', async () => {
    const { port1, port2 } = new MessageChannel();
    const files = { config: tinyConfig(), model: tinyModel() };
    const sessions = async () => ({
      run: async (_batch: unknown, size: number) => new Float32Array(size * 3),
      dispose: async () => undefined,
    });
    serveStudent(port1, () => loadStudentFrom(files, sessions));
    const student = await connectStudent(port2);
    expect(student.labels).toEqual(['vowels', 'digits', 'other']);
    expect(await student.predict(['a', 'b'])).toHaveLength(2);
    await student.dispose();
    port1.close();
  });

  test('fails calls once the port is closed', async () => {
    const { port1, port2 } = new MessageChannel();
    const files = { config: tinyConfig(), model: tinyModel() };
    // Never answers.
    const sessions = async () => ({
      run: () => new Promise<Float32Array>(() => undefined),
      dispose: async () => undefined,
    });
    serveStudent(port1, () => loadStudentFrom(files, sessions));
    const student = await connectStudent(port2);
    const [call, end] = [student.predict(['a']), student.explain('a')];
    port1.close();
    for (const each of [call, end, student.predict(['b'])]) {
      await expect(each).rejects.toMatchObject({ code: 'worker-failed' });
    }
    await student.dispose();
  });

  test('disposes of a student whose thread ends meanwhile', async () => {
    const { port1, port2 } = new MessageChannel();
    const listening = connectStudent(port2);
    port1.postMessage({ id: 0, value: { config: { labels: ['a'] }, engine: 'own' } });
    const student = await listening;
    const [call, end] = [student.predict(['a']), student.dispose()];
    port1.close();
    await expect(call).rejects.toMatchObject({ code: 'disposed' });
    await expect(end).resolves.toBeUndefined();
  });

  test('fails all calls when the other side ends', async () => {
    const listeners: { [type: string]: (value: unknown) => void } = {};
    const port = {
      on: (type: string, listener: (value: unknown) => void) => (listeners[type] = listener),
      postMessage: () => undefined,
    };
    const loading = connectStudent(port);
    listeners['message']!({ id: 0, value: { config: { labels: ['a'] }, engine: 'own' } });
    const student = await loading;
    const call = student.predict(['x']);
    listeners['exit']!(7);
    await expect(call).rejects.toMatchObject({
      code: 'worker-failed',
      given: 'the worker ended with code 7',
    });
    await expect(student.predict(['x'])).rejects.toMatchObject({ code: 'worker-failed' });
    await student.dispose();
  });
});
