import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';
import { decodeModel, encodeModel } from '../../src/onnx/codec.js';
import { oracle } from './oracle.js';
import { plain } from './plain.js';
import { sampleModel } from './sample-model.js';

const { ModelProto: Oracle } = oracle;
const sample = encodeModel(sampleModel);

describe('decodeModel and encodeModel', () => {
  test('read a Buffer out of a pool, and hand out bytes whose slice is a copy', () => {
    const buffer = Buffer.concat([Buffer.from([1, 2, 3]), sample]).subarray(3);
    const raw = decodeModel(buffer).graph!.initializer[0]!.rawData;
    raw.slice().fill(0);
    expect(raw).toEqual(new Uint8Array([255, 255, 255, 255, 255, 255, 255, 127]));
  });

  test('agree with onnx-proto on real files, which come back byte for byte', (context) => {
    const folder = path.join(requires('data', context), 'models');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.onnx'),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(path.join(folder, file)));
      const model = decodeModel(bytes);
      expect(plain(model)).toEqual(plain(Oracle.toObject(Oracle.decode(bytes), { longs: String })));
      expect(Buffer.compare(encodeModel(model), bytes), file).toBe(0);
    }
  });
});
