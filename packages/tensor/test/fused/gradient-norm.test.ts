import { hostTensor } from '@limbeck/core';
import { gradientNorm, input, interpret, toOnnx } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';

const vector = (name: string, size: number) => input(name, { dtype: 'float32', shape: [size] });

describe('gradientNorm', () => {
  test('is that of all gradients together, empty ones left out of the graph', () => {
    const { norm, factor } = gradientNorm([vector('none', 0), vector('g', 2)], 1);
    expect(Object.keys(toOnnx({ norm, factor }).inputs)).toEqual(['g']);
    const found = interpret({ norm, factor }, { g: hostTensor('float32', [2], [3, -4]) });
    expect(found.norm.data[0]).toBe(5);
    expect(found.factor.data[0]).toBeCloseTo(0.2, 12);
  });

  test('is 0 where all of them are empty', () => {
    const { norm, factor } = gradientNorm([vector('none', 0)], 1);
    const found = interpret({ norm, factor });
    expect([found.norm.data[0], found.factor.data[0]]).toEqual([0, 1]);
  });

  test.each([0, -1, Infinity, Number.NaN])(
    'refuses the limit %d, which bounds nothing',
    (limit) => {
      expect(() => gradientNorm([vector('g', 2)], limit)).toThrow(
        expect.objectContaining({ code: 'invalid-option', where: 'gradientNorm' }),
      );
    },
  );
});
