import { checkHostTensor, hostTensor } from '@limbeck/core';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';

const { dtype, shape, data } = hostTensor('float32', [2], [1, 2]);
const detached = new Float32Array(2);
structuredClone(detached, { transfer: [detached.buffer] });

describe('checkHostTensor', () => {
  test.each([
    ['invalid-data', null, 'null'],
    ['invalid-data', undefined, 'undefined'],
    ['invalid-data', 5, 'number'],
    ['invalid-data', [1, 2], 'an array'],
    ['invalid-data', data, 'Float32Array'],
    ['invalid-data', { dtype, data }, 'an object'],
    ['invalid-data', { dtype, shape, data: [1, 2] }, 'an array as data of float32 [2]'],
    ['invalid-data', { dtype, shape }, 'undefined as data of float32 [2]'],
    ['dtype-mismatch', { dtype, shape, data: new Float64Array(2) }, 'a Float64Array as data'],
    ['dtype-mismatch', { dtype: 'float16', shape, data }, 'the dtype "float16"'],
    ['shape-mismatch', { dtype, shape: [-1, -2], data }, 'the shape [-1, -2]'],
    ['shape-mismatch', { dtype, shape: [0.5, 4], data }, 'the shape [0.5, 4]'],
    ['shape-mismatch', { dtype, shape: ['batch'], data }, 'the shape [batch]'],
    ['shape-mismatch', { dtype, shape: [3], data }, '2 elements for float32 [3]'],
    ['shape-mismatch', { dtype, shape, data: detached }, '0 elements for float32 [2]'],
  ])('refuses with %s %j', (code, value, given) => {
    expect(() => checkHostTensor('input "x"', value)).toThrow(
      expect.objectContaining({
        code,
        where: 'input "x"',
        given: expect.stringContaining(given) as string,
      }) as Error,
    );
  });

  test('takes tensors, empty ones and those of another realm too', () => {
    checkHostTensor('x', { dtype, shape, data });
    checkHostTensor('x', hostTensor('bool', [0, 3], []));
    checkHostTensor('x', { dtype, shape, data: runInNewContext('new Float32Array(2)') as unknown });
  });
});
