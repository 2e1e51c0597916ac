import type { LayerNormAttributes } from '../ops/normalise.js';
import type { KernelMaker, KernelMakers } from './kernel.js';

const softmax: KernelMaker = (node) => {
  if (node.inputs[0]!.dtype !== 'float32') return undefined;
  return ([x], [out]) => {
    const length = x!.shape.at(-1)!;
    const [from, to] = [x!.data as Float32Array, out!.data as Float32Array];
    for (let start = 0; start < from.length; start += length) {
      const end = start + length;
      let largest = -Infinity;
      for (let i = start; i < end; i++) if (from[i]! > largest) largest = from[i]!;
      let sum = 0;
      for (let i = start; i < end; i++) {
        const value = Math.exp(from[i]! - largest);
        to[i] = value;
        sum += value;
      }
      for (let i = start; i < end; i++) to[i]! /= sum;
    }
  };
};

const logSoftmax: KernelMaker = (node) => {
  if (node.inputs[0]!.dtype !== 'float32') return undefined;
  return ([x], [out]) => {
    const length = x!.shape.at(-1)!;
    const [from, to] = [x!.data as Float32Array, out!.data as Float32Array];
    for (let start = 0; start < from.length; start += length) {
      const end = start + length;
      let largest = -Infinity;
      for (let i = start; i < end; i++) if (from[i]! > largest) largest = from[i]!;
      let sum = 0;
      for (let i = start; i < end; i++) sum += Math.exp(from[i]! - largest);
      const whole = largest + Math.log(sum);
      for (let i = start; i < end; i++) to[i] = from[i]! - whole;
    }
  };
};

const layerNorm: KernelMaker = (node) => {
  if (node.inputs[0]!.dtype !== 'float32') return undefined;
  const { epsilon } = node.attributes as LayerNormAttributes;
  return ([x, gamma, beta], [out, means, scales]) => {
    const length = x!.shape.at(-1)!;
    const [from, to] = [x!.data as Float32Array, out!.data as Float32Array];
    const [g, b] = [gamma!.data as Float32Array, beta!.data as Float32Array];
    for (let start = 0, row = 0; start < from.length; start += length, row++) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += from[start + i]!;
      const mean = sum / length;
      let squares = 0;
      for (let i = 0; i < length; i++) squares += (from[start + i]! - mean) ** 2;
      const scale = 1 / Math.sqrt(squares / length + epsilon);
      for (let i = 0; i < length; i++)
        to[start + i] = (from[start + i]! - mean) * scale * g[i]! + b[i]!;
      means!.data[row] = mean;
      scales!.data[row] = scale;
    }
  };
};

/** Kernels that go over rows of the last axis. */
export const rowKernels: KernelMakers = { softmax, logSoftmax, layerNorm };
