import { type Dim, sizeOf } from '@limbeck/core';
import { addDims, multiplyDims, subtractDims } from '../../dims.js';
import { averagePool } from '../../ops/average-pool.js';
import { conv as convOperator } from '../../ops/conv.js';
import { convTranspose as convTransposeOperator } from '../../ops/conv-transpose.js';
import { maxPool, maxUnpool } from '../../ops/max-pool.js';
import { fold, unfold } from '../../ops/unfold.js';
import { reachOf, spatialOf, type WindowGeometry } from '../../ops/windows.js';
import type { Tensor } from '../../tensor.js';
import { pad } from './axes.js';
import type { Read, Reader, ReadNode } from './read-node.js';

function geometryOf(node: ReadNode, x: readonly Dim[], kernel: readonly number[]): WindowGeometry {
  const ones = kernel.map(() => 1);
  const stride = node.ints('strides') ?? ones;
  const dilation = node.ints('dilations') ?? ones;
  if (x.length !== kernel.length + 2)
    node.refuse(`${x.length} axes and a kernel of ${kernel.length}`);
  const geometry = { kernel, stride, dilation, pads: [...ones, ...ones].map(() => 0) };
  const mode = node.string('auto_pad', 'NOTSET');
  if (mode === 'NOTSET') return { ...geometry, pads: node.ints('pads') ?? geometry.pads };
  if (mode === 'VALID') return geometry;
  node.only('auto_pad', 'NOTSET', ['SAME_UPPER', 'SAME_LOWER']);
  const totals = reachOf(geometry).map((reach, axis) => {
    const size = x[axis + 2]!;
    if (stride[axis] === 1) return reach - 1;
    if (typeof size !== 'number') return node.refuse(`auto_pad of size ${size}`);
    const count = Math.ceil(size / stride[axis]!);
    return Math.max(0, (count - 1) * stride[axis]! + reach - size);
  });
  const [less, more] = [totals.map((n) => Math.floor(n / 2)), totals.map((n) => Math.ceil(n / 2))];
  return { ...geometry, pads: mode === 'SAME_UPPER' ? [...less, ...more] : [...more, ...less] };
}

/** The kernel of weights `[…, …, …kernel]`, which are looked at without being asked for: some become no parameter. */
function kernelOf(node: ReadNode): number[] {
  const { shape } = node.value(1);
  return spatialOf(shape).map((size) =>
    typeof size === 'number' ? size : node.refuse(`a kernel of size ${size}`),
  );
}

/** Whether weights `[channels·elements, 1, …kernel]` copy each element of a window to a channel of its own. */
function isCopying(node: ReadNode, elements: number): boolean {
  const data = node.inputs[1]?.inFile?.data;
  return (
    data?.every((value: number | bigint, i: number) => {
      const row = Math.floor(i / elements) % elements;
      return Number(value) === (i % elements === row ? 1 : 0);
    }) ?? false
  );
}

function withBias(node: ReadNode, y: Tensor): Tensor {
  if (!node.has(2)) return y;
  const bias = node.tensor(2);
  return y.add(bias.reshape([bias.shape[0]!, ...spatialOf(y.shape).map(() => 1)]));
}

/** Padding that windows may not have is put around the tensor first, and negative padding taken away. */
function padded(x: Tensor, geometry: WindowGeometry): [Tensor, WindowGeometry] {
  const axes = geometry.kernel.length;
  if (geometry.pads.every((amount) => amount >= 0)) return [x, geometry];
  let y = x;
  for (let axis = 0; axis < axes; axis++) {
    y = pad(y, axis + 2, geometry.pads[axis]!, geometry.pads[axis + axes]!);
  }
  return [y, { ...geometry, pads: geometry.pads.map(() => 0) }];
}

function conv(node: ReadNode): Read {
  const kernel = kernelOf(node);
  const [x, geometry] = padded(node.tensor(0), geometryOf(node, node.value(0).shape, kernel));
  const groups = node.int('group', 1);
  const copies = groups === x.shape[1] && isCopying(node, sizeOf(kernel));
  if (copies && node.value(1).shape[0] === groups * sizeOf(kernel) && !node.has(2)) {
    return node.make(unfold, [x], geometry);
  }
  const [y] = node.make(convOperator, [x, node.tensor(1)], { ...geometry, groups });
  return [withBias(node, y!)];
}

function convTranspose(node: ReadNode): Read {
  const kernel = kernelOf(node);
  const x = node.tensor(0);
  const asked = node.ints('output_shape');
  if (asked !== undefined || node.string('auto_pad', 'NOTSET').startsWith('SAME')) {
    node.refuse('output_shape or auto_pad');
  }
  const geometry = geometryOf(node, x.shape, kernel);
  const groups = node.int('group', 1);
  const extra = node.ints('output_padding') ?? kernel.map(() => 0);
  const size = reachOf(geometry).map((reach, axis) => {
    const span = multiplyDims(subtractDims(spatialOf(x.shape)[axis]!, 1), geometry.stride[axis]!);
    const taken = geometry.pads[axis]! + geometry.pads[axis + kernel.length]!;
    return addDims(span, reach + extra[axis]! - taken);
  });
  const isFold = x.shape[1] === groups * sizeOf(kernel) && isCopying(node, sizeOf(kernel));
  if (isFold && node.value(1).shape[1] === 1 && !node.has(2)) {
    return node.make(fold, [x], { ...geometry, size });
  }
  const attributes = { ...geometry, groups, size };
  const [y] = node.make(convTransposeOperator, [x, node.tensor(1)], attributes);
  return [withBias(node, y!)];
}

function pool(node: ReadNode): {
  readonly x: Tensor;
  readonly geometry: WindowGeometry & { ceil: boolean };
} {
  const x = node.tensor(0);
  const geometry = geometryOf(node, x.shape, node.ints('kernel_shape') ?? []);
  return { x, geometry: { ...geometry, ceil: node.int('ceil_mode', 0) === 1 } };
}

function maximum(node: ReadNode): Read {
  if (node.int('storage_order', 0) !== 0) node.refuse('storage_order');
  const { x, geometry } = pool(node);
  return node.make(maxPool, [x], geometry);
}

function average(node: ReadNode): Read {
  const { x, geometry } = pool(node);
  const countPadding = node.int('count_include_pad', 0) === 1;
  return node.make(averagePool, [x], { ...geometry, countPadding });
}

function unpool(node: ReadNode): Read {
  const kernel = node.ints('kernel_shape') ?? [];
  const stride = node.ints('strides') ?? kernel.map(() => 1);
  if (!node.has(2)) node.refuse('no output shape');
  const attributes = { kernel, stride, shape: node.sizes(2) };
  return node.make(maxUnpool, [node.tensor(0), node.tensor(1)], attributes);
}

const overSpace =
  (build: (x: Tensor, axes: number[]) => Tensor): Reader =>
  (node) => {
    const x = node.tensor(0);
    return [
      build(
        x,
        spatialOf(x.shape).map((_, axis) => axis + 2),
      ),
    ];
  };

/** Readers of what looks through windows. */
export const windowReaders: { readonly [type: string]: Reader } = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maximum,
  AveragePool: average,
  MaxUnpool: unpool,
  GlobalAveragePool: overSpace((x, axes) => x.mean(axes, { keep: true })),
  GlobalMaxPool: overSpace((x, axes) => x.max(axes, { keep: true })),
};
