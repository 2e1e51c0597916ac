import { fc, test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import { decodeModel, fromOnnx, input, interpret, toOnnx } from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { float16Code } from '../../src/onnx/half-storage.js';
import { smallFloat, smallFloats } from '../../src/onnx/small-floats.js';

const valueOf = (code: number): number => smallFloat(code, smallFloats.FLOAT16);

describe('float16Code', () => {
  test.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [-Infinity, 0xfc00],
    [Number.NaN, 0x7e00],
    // The smallest normal and subnormal numbers, and half of the last, a tie that goes to zero.
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    // Ties to even above 1, where a unit is 2^-10; the largest fraction carries into the exponent.
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
    [2 ** -14 - 2 ** -26, 0x0400],
  ])('%d is %i', (value, code) => {
    expect(float16Code(value)).toBe(code);
  });

  test('gives back every float16', () => {
    for (let code = 0; code < 2 ** 16; code++) {
      const value = valueOf(code);
      if (!Number.isNaN(value)) expect(float16Code(value)).toBe(code);
    }
  });

  test.prop([fc.float({ min: -65500, max: 65500, noNaN: true })])(
    'no float16 is nearer',
    (value) => {
      const code = float16Code(value);
      const distance = Math.abs(valueOf(code) - value);
      for (const other of [code - 1, code + 1]) {
        const near = valueOf(((other % 2 ** 16) + 2 ** 16) % 2 ** 16);
        if (Number.isFinite(near)) expect(Math.abs(near - value)).toBeGreaterThanOrEqual(distance);
      }
    },
  );
});

describe("toOnnx with storage: 'float16'", () => {
  const shape = [64, 32];
  const weight = hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: 64 * 32 }, (_, i) => Math.sin(i) / 3),
  );
  const x = input('x', { dtype: 'float32', shape: ['batch', 64] });
  const w = input('w', { dtype: 'float32', shape });
  const y = x.matmul(w);
  const initialisers = { w: weight };
  const half = toOnnx({ y }, { initialisers, storage: 'float16' });
  const whole = toOnnx({ y }, { initialisers });

  test('takes two bytes a weight less', () => {
    const saved = whole.bytes.length - half.bytes.length;
    expect(saved).toBeGreaterThan(64 * 32 * 2 - 100);
    expect(saved).toBeLessThanOrEqual(64 * 32 * 2);
    expect(half.inputs).toEqual(whole.inputs);
  });

  test('holds the weights rounded to float16, and reads them back', () => {
    const data = (weight.data as Float32Array).map((each) => valueOf(float16Code(each)));
    const feeds = {
      x: hostTensor(
        'float32',
        [2, 64],
        Float32Array.from({ length: 128 }, (_, i) => Math.cos(i)),
      ),
    };
    const rounded = interpret({ y }, { ...feeds, w: { dtype: 'float32', shape, data } }).y;
    const model = fromOnnx(half.bytes);
    const { outputs, parameters } = model;
    const again = interpret(outputs, { ...feeds, ...parameters })['y']!;
    expect([...again.data]).toEqual([...rounded.data]);
    expect([...again.data]).not.toEqual([...interpret({ y }, { ...feeds, w: weight }).y.data]);
  });

  test('leaves other dtypes as they are', () => {
    const at = input('at', { dtype: 'int64', shape: [2] });
    const table = input('table', { dtype: 'float64', shape: [3] });
    const { bytes } = toOnnx(
      { y: table.gather(at) },
      {
        initialisers: {
          at: hostTensor('int64', [2], [0, 2]),
          table: hostTensor('float64', [3], [1, 2, 3]),
        },
        storage: 'float16',
      },
    );
    expect(decodeModel(bytes).graph!.node.map(({ opType }) => opType)).not.toContain('Cast');
  });

  test.each([65520, -1e6])('%d does not fit: invalid-data', (value) => {
    const data = (weight.data as Float32Array).slice();
    data[7] = value;
    const options = { initialisers: { w: { ...weight, data } }, storage: 'float16' } as const;
    expect(() => toOnnx({ y }, options)).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        given: `${value} at index 7, to be kept as float16`,
      }) as Error,
    );
  });
});
