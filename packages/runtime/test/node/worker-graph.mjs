// A training step large enough to block a thread for some milliseconds, and values to feed it.
import { hostTensor } from '@limbeck/core';
import { input, toOnnx } from '@limbeck/tensor';

const width = 256;

const w = input('w', { dtype: 'float32', shape: [width, width] });
const x = input('x', { dtype: 'float32', shape: ['rows', width] });
const bias = input('bias', { dtype: 'float32', shape: [width] });
const y = x.affine(w, bias).tanh();
const change = x.matmul(y, { transposeA: true }).mul(1e-3);

export const graph = toOnnx({ after: w.sub(change), loss: y.square().mean(), y });

/** Float32 values that look like nothing in particular. */
export function wave(shape, phase) {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.7 + phase) / 10);
  return hostTensor('float32', shape, data);
}

export const state = { w: wave([width, width], 1) };
export const constants = { bias: wave([width], 2) };
export const carry = { after: 'w' };
export const batch = (rows, phase) => ({ x: wave([rows, width], phase) });

/** The code of the error that a call throws, or what it gave. */
export async function codeOf(call) {
  try {
    await call();
    return 'no error';
  } catch (error) {
    return error.code ?? String(error);
  }
}
