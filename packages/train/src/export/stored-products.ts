import { hostTensor, type Spec } from '@limbeck/core';
import { constant, type Operator, Tensor, type Value } from '@limbeck/tensor';
import { blockLength, type BlockWeight, packed } from './blocks.js';
import type { QuantisedWeight } from './quantise.js';

/** Products with stored weights are written for files that ship; nobody trains through them. */
const notTrained = 'The weight is stored, not trained: differentiate the float32 model.';

/** ONNX's number for float32. */
const float = 1;

function productSpec(x: Spec, columns: number): Spec {
  return { dtype: 'float32', shape: [...x.shape.slice(0, -1), columns] };
}

function use<A extends object>(
  operator: Operator<A>,
  inputs: readonly Tensor[],
  attributes: A,
  scope: string,
): Tensor {
  const outputs = operator.infer(inputs, attributes);
  return new Tensor({ operator, inputs, attributes, outputs, scope });
}

/** x W with x as uint8 by the range that it has, W in int8 `[inner, columns]`, a scale a column, and whole sums. */
const dynamicProduct: Operator = {
  name: 'dynamicProduct',
  infer: ([x, w]) => [productSpec(x!, w!.shape[1] as number)],
  evaluate: ([x, w, scale]) => {
    const { codes, step, zero } = quantisedRange(x!);
    const [inner, columns] = w!.shape as readonly [number, number];
    const centred = codes.map((code) => code - zero);
    return [product(centred, w!.data, inner, columns, (j) => step * scale!.data[j]!)];
  },
  gradient: notTrained,
  lower: (emit) => {
    const [x, w, scale] = emit.inputs as readonly [string, string, string];
    const [codes, step, zero] = [emit.fresh(), emit.fresh(), emit.fresh()];
    const [sums, floats, steps] = [emit.fresh(), emit.fresh(), emit.fresh()];
    emit.node('DynamicQuantizeLinear', [x], [codes, step, zero]);
    emit.node('MatMulInteger', [codes, w, zero], [sums]);
    emit.node('Cast', [sums], [floats], { to: { int: float } });
    emit.node('Mul', [step, scale], [steps]);
    emit.node('Mul', [floats, steps], emit.outputs);
  },
};

/** x W with W in 4 bits: bytes `[columns, blocks, 16]`, scales `[columns · blocks]`. */
const blockProduct: Operator<{ readonly inner: number }> = {
  name: 'blockProduct',
  infer: ([x, bytes]) => [productSpec(x!, bytes!.shape[0] as number)],
  evaluate: ([x, bytes, scale], { inner }) => {
    const columns = bytes!.shape[0]!;
    const blocks = bytes!.shape[1]!;
    const w = Float64Array.from({ length: inner * columns }, (_, i) => {
      const [k, column] = [Math.floor(i / columns), i % columns];
      const byte = bytes!.data[Math.floor((column * blocks * blockLength + k) / 2)]!;
      const code = k % 2 === 0 ? byte % 16 : Math.floor(byte / 16);
      return (code - 8) * scale!.data[column * blocks + Math.floor(k / blockLength)]!;
    });
    return [product(x!.data, w, inner, columns, () => 1)];
  },
  gradient: notTrained,
  lower: (emit, { inner }) => {
    const attributes = {
      K: { int: inner },
      N: { int: emit.inputSpecs[1]!.shape[0] as number },
      bits: { int: 4 },
      block_size: { int: blockLength },
      // The other side in int8 too, for which ONNX Runtime has its fastest kernels.
      accuracy_level: { int: 4 },
    };
    emit.node('MatMulNBits', emit.inputs, emit.outputs, attributes, 'com.microsoft');
  },
};

/**
 * The product with an int8 matrix, the other side quantised by its own range on each run. A quarter of the size and,
 * where the processor has the instructions, twice the speed in large batches; a row's answer then depends, in its last
 * digits, on the rows beside it.
 */
export function multiplyDynamic(x: Tensor, weight: QuantisedWeight, scope: string): Tensor {
  const { int8, scale } = weight;
  const columns = constant(hostTensor('float32', [scale.data.length], scale.data));
  return use(dynamicProduct, [x, constant(int8), columns], {}, scope);
}

/** The product with a matrix of 4 bits by `MatMulNBits`, which ONNX Runtime alone has. */
export function multiplyBlocks(x: Tensor, weight: BlockWeight, scope: string): Tensor {
  const [columns, inner] = weight.codes.shape as readonly [number, number];
  const blocks = weight.scale.shape[1]!;
  const bytes = hostTensor('uint8', [columns, blocks, blockLength / 2], packed(weight).data);
  const scale = hostTensor('float32', [columns * blocks], weight.scale.data);
  return use(blockProduct, [x, constant(bytes), constant(scale)], { inner }, scope);
}

/** Rows `[…, inner]` times `[inner, columns]`, each column scaled. */
function product(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  inner: number,
  columns: number,
  scale: (column: number) => number,
): Float64Array {
  const rows = inner === 0 ? 0 : x.length / inner;
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += x[i * inner + k]! * w[k * columns + j]!;
      out[i * columns + j] = sum * scale(j);
    }
  }
  return out;
}

/** As ONNX defines DynamicQuantizeLinear. */
function quantisedRange({ data }: Value): {
  readonly codes: number[];
  readonly step: number;
  readonly zero: number;
} {
  let [least, most] = [0, 0];
  for (const value of data) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const step = most === least ? 1 : (most - least) / 255;
  const within = (value: number): number => Math.min(255, Math.max(0, roundHalfEven(value)));
  const zero = within(-least / step);
  return { codes: Array.from(data, (value) => within(value / step + zero)), step, zero };
}

function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
