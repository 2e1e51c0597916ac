import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
  openSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hostTensor } from '@limbeck/core';
import { readOnnx } from '@limbeck/runtime/node';
import { decodeModel, encodeModel, fromOnnx, input, interpret, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let root: string;
let folder: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'read-onnx-'));
  folder = path.join(root, 'model');
  mkdirSync(path.join(folder, 'weights'), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true }));

const values = Float32Array.of(1, 2, 3, 4);
const bytesOf = new Uint8Array(values.buffer);

/** Writes x · w with w in another file. */
function model(entries: { readonly [key: string]: string }): string {
  const x = input('x', { dtype: 'float32', shape: [4] });
  const w = input('w', { dtype: 'float32', shape: [4] });
  const { bytes } = toOnnx(
    { y: x.mul(w) },
    { initialisers: { w: hostTensor('float32', [4], values) } },
  );
  const decoded = decodeModel(bytes);
  const tensor = decoded.graph!.initializer.find(({ name }) => name === 'w')!;
  tensor.rawData = new Uint8Array(0);
  Object.assign(tensor, { dataLocation: 1 });
  for (const [key, value] of Object.entries(entries)) {
    tensor.externalData.push({ $typeName: 'onnx.StringStringEntryProto', key, value });
  }
  const file = path.join(folder, 'model.onnx');
  writeFileSync(file, encodeModel(decoded));
  return file;
}

async function read(entries: { readonly [key: string]: string }) {
  const { bytes, readExternal } = await readOnnx(model(entries));
  return fromOnnx(bytes, { readExternal });
}

describe('readOnnx', () => {
  test('reads weights that stand in a file beside the model', async () => {
    writeFileSync(path.join(folder, 'weights', 'w.bin'), Uint8Array.of(9, 9, ...bytesOf));
    const { outputs, parameters } = await read({ location: 'weights/w.bin', offset: '2' });
    const feeds = { x: hostTensor('float32', [4], [1, 1, 1, 2]), ...parameters };
    expect([...interpret(outputs, feeds).y!.data]).toEqual([1, 2, 3, 8]);
  });

  test('reads past 2 GB, and only what is needed', async () => {
    const file = path.join(folder, 'large.bin');
    const offset = 3 * 2 ** 30 + 4096;
    writeFileSync(file, '');
    // A file of holes takes no room on the disk.
    truncateSync(file, offset + 64);
    const handle = openSync(file, 'r+');
    writeSync(handle, bytesOf, 0, bytesOf.length, offset);
    closeSync(handle);
    const before = process.memoryUsage().arrayBuffers;
    const { parameters } = await read({ location: 'large.bin', offset: String(offset) });
    expect(parameters['w']!.data).toEqual(values);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  test('refuses a link that leads out of the folder, to a file or on the way to one', async () => {
    writeFileSync(path.join(root, 'secret.bin'), bytesOf);
    symlinkSync(path.join(root, 'secret.bin'), path.join(folder, 'link.bin'));
    symlinkSync(root, path.join(folder, 'up'));
    for (const location of ['link.bin', 'up/secret.bin']) {
      await expect(read({ location })).rejects.toMatchObject({
        code: 'corrupt-onnx',
        given: expect.stringContaining(location),
      });
    }
  });

  test('follows a link that stays inside', async () => {
    writeFileSync(path.join(folder, 'weights', 'own.bin'), bytesOf);
    symlinkSync(path.join(folder, 'weights', 'own.bin'), path.join(folder, 'inside.bin'));
    expect((await read({ location: 'inside.bin' })).parameters['w']!.data).toEqual(values);
  });

  test.each([
    [{ location: '../secret.bin' }, 'corrupt-onnx'],
    [{ location: '/etc/hostname' }, 'corrupt-onnx'],
    [{ location: 'weights/none.bin' }, 'data-missing'],
    [{ location: 'weights' }, 'io-failed'],
    // A file of 18 bytes, in which 16 are wanted.
    [{ location: 'weights/w.bin', offset: '4' }, 'corrupt-onnx'],
    [{ location: 'weights/w.bin', offset: '9007199254740991' }, 'corrupt-onnx'],
    [{ location: 'weights/w.bin', length: '1000000000000' }, 'corrupt-onnx'],
  ])('refuses %j', async (entries, code) => {
    await expect(read(entries as { location: string })).rejects.toMatchObject({ code });
  });

  test('says where no file is', async () => {
    await expect(readOnnx(path.join(root, 'none.onnx'))).rejects.toMatchObject({
      code: 'data-missing',
      where: 'readOnnx',
    });
  });
});
