import { hostTensor, type HostTensor } from '@limbeck/core';
import { decodeModel } from '@limbeck/tensor';

/** The float32 initialisers of an ONNX file, by name and in the file's order. */
export function onnxWeights(bytes: Uint8Array): { readonly [name: string]: HostTensor<'float32'> } {
  const { initializer } = decodeModel(bytes).graph!;
  return Object.fromEntries(
    initializer
      .filter(({ dataType }) => dataType === 1)
      .map(({ name, dims, rawData, floatData }) => {
        const data = rawData.length > 0 ? new Float32Array(rawData.slice().buffer) : floatData;
        return [name, hostTensor('float32', dims.map(Number), Float32Array.from(data))];
      }),
  );
}

/** The largest difference between two lists of numbers; infinite if they are not as long. */
export function gap(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  if (a.length !== b.length) return Infinity;
  const gaps = Array.from(a, (value, i) => Math.abs(Number(value) - Number(b[i])));
  return gaps.reduce((worst, each) => Math.max(worst, each), 0);
}
