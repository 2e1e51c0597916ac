import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadStudent as loadInNode } from '@limbeck/predict/node';
import { loadStudent } from '@limbeck/predict/web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Precision } from '../src/folder-files.js';
import { tokenFiles } from './support/token-student.js';
import { tinyConfig, tinyModel } from './tiny-student.js';

const asked: string[] = [];
const served: { readonly [path: string]: string | Uint8Array } = {
  '/tiny/config.json': tinyConfig(),
  '/tiny/onnx/model.onnx': tinyModel(),
  '/tiny/onnx/model_q4.onnx': tinyModel({ scale: 3 }),
  '/tokens/config.json': tokenFiles.config,
  '/tokens/onnx/model.onnx': tokenFiles.model,
  '/tokens/tokenizer.json': tokenFiles.tokenizer,
  '/tokens/tokenizer_config.json': tokenFiles.tokenizerConfig,
};
let server: Server;
let origin = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url!.startsWith('/broken')) {
      response.writeHead(200, { 'content-length': 1000 }).write('{');
      setTimeout(() => response.destroy(), 20);
      return;
    }
    const found = served[request.url!.split('?')[0]!];
    response.writeHead(found === undefined ? 404 : 200).end(found ?? 'none');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('a student at an address', () => {
  test.each(['/tiny', '/tiny/', '/tiny?version=2'])(
    'is fetched from %s, those files alone that it needs',
    async (place) => {
      asked.length = 0;
      const student = await loadStudent(origin + place, { engine: 'plain' });
      expect(await student.predict(['aaa'])).toMatchObject([{ label: 'vowels' }]);
      const query = place.includes('?') ? '?version=2' : '';
      expect(asked).toEqual([`/tiny/config.json${query}`, `/tiny/onnx/model.onnx${query}`]);
    },
  );

  test('is fetched by the loader of Node too, with its tokenizer', async () => {
    const student = await loadInNode(new URL(`${origin}/tokens`), { engine: 'plain' });
    expect(await student.predict(['very bad'])).toMatchObject([{ label: 'bad' }]);
  });

  test('has a file for each precision', async () => {
    const student = await loadStudent(`${origin}/tiny`, { engine: 'plain', precision: 'int4' });
    expect((await student.predict(['a']))[0]!.probability).toBeGreaterThan(0.9);
    const none = loadStudent(`${origin}/tiny`, { precision: 'int2' as Precision });
    await expect(none).rejects.toMatchObject({ code: 'invalid-option' });
  });

  test('that lacks a file says which', async () => {
    const call = loadStudent(`${origin}/tiny`, { engine: 'plain', precision: 'int8' });
    await expect(call).rejects.toMatchObject({
      code: 'data-missing',
      given: `${origin}/tiny without onnx/model_quantized.onnx`,
    });
  });

  test('nobody answers at says so', async () => {
    const call = loadStudent('http://127.0.0.1:9/none', { engine: 'plain' });
    await expect(call).rejects.toMatchObject({ code: 'data-missing' });
  });

  test('is not fetched once aborted', async () => {
    const call = loadStudent(`${origin}/tiny`, {
      engine: 'plain',
      abortSignal: AbortSignal.abort(),
    });
    await expect(call).rejects.toMatchObject({ code: 'aborted', cause: { name: 'AbortError' } });
  });

  test('whose connection breaks off in a file says which', async () => {
    const call = loadStudent(`${origin}/broken`, { engine: 'plain' });
    await expect(call).rejects.toMatchObject({
      code: 'data-missing',
      given: `${origin}/broken without config.json`,
    });
  });
});
