import type { ConvGeometry } from '../ops/conv.js';
import type { ConvAttributes, WindowAttributes } from '../ops/conv1d.js';
import type { WindowGeometry } from '../ops/windows.js';
import { dotProducts } from './dot-products.js';
import type { KernelMaker, KernelMakers } from './kernel.js';
import type { PlainValue } from './store.js';

/** Windows along one axis. */
interface Windows {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

function alongOne(geometry: WindowGeometry): Windows | undefined {
  const { kernel, stride, dilation, pads } = geometry;
  if (kernel.length !== 1) return undefined;
  return { kernel: kernel[0]!, stride: stride[0]!, dilation: dilation[0]!, before: pads[0]! };
}

/** What each window sees of a text's channels, `[positions, channels · kernel]`. */
function columnsOf(
  out: Float32Array,
  { data, shape }: PlainValue,
  row: number,
  count: number,
  { kernel, stride, dilation, before }: Windows,
): void {
  const [, channels, length] = shape as [number, number, number];
  const x = data as Float32Array;
  let at = 0;
  for (let position = 0; position < count; position++) {
    const first = position * stride - before;
    for (let channel = 0; channel < channels; channel++) {
      const from = (row * channels + channel) * length;
      for (let k = 0; k < kernel; k++) {
        const place = first + k * dilation;
        out[at++] = place < 0 || place >= length ? 0 : x[from + place]!;
      }
    }
  }
}

/** Cross-correlation of `[batch, in, length]` with `[out, in, kernel]` as one product a text. */
function convolving(windows: Windows): ReturnType<KernelMaker> {
  let room = new Float32Array(0);
  return ([x, weight], [out]) => {
    const [batch, outputs, count] = out!.shape as [number, number, number];
    const inner = x!.shape[1]! * windows.kernel;
    if (room.length < inner * count) room = new Float32Array(inner * count);
    const [w, to] = [weight!.data as Float32Array, out!.data as Float32Array];
    for (let row = 0; row < batch; row++) {
      columnsOf(room, x!, row, count, windows);
      dotProducts(to, row * outputs * count, w, 0, room, 0, outputs, count, inner, 1);
    }
  };
}

/** Windows as columns: `[batch, channels, length]` gives `[batch, channels · kernel, positions]`. */
function unfolding({ kernel, stride, dilation, before }: Windows): ReturnType<KernelMaker> {
  return ([x], [out]) => {
    const [batch, rows, count] = out!.shape as [number, number, number];
    const [, channels, length] = x!.shape as [number, number, number];
    const [from, to] = [x!.data as Float32Array, out!.data as Float32Array];
    let at = 0;
    for (let row = 0; row < batch * rows; row++) {
      const channel = Math.floor(row / rows) * channels + Math.floor((row % rows) / kernel);
      const offset = (row % kernel) * dilation - before;
      for (let p = 0; p < count; p++) {
        const place = p * stride + offset;
        to[at++] = place < 0 || place >= length ? 0 : from[channel * length + place]!;
      }
    }
  };
}

function isFloat32(node: Parameters<KernelMaker>[0]): boolean {
  return node.inputs[0]!.dtype === 'float32';
}

const conv: KernelMaker = (node) => {
  const geometry = node.attributes as ConvGeometry;
  const windows = alongOne(geometry);
  if (windows === undefined || geometry.groups !== 1 || !isFloat32(node)) return undefined;
  return convolving(windows);
};

const unfold: KernelMaker = (node) => {
  const windows = alongOne(node.attributes as WindowGeometry);
  return windows === undefined || !isFloat32(node) ? undefined : unfolding(windows);
};

const conv1d: KernelMaker = (node) => {
  const { stride } = node.attributes as ConvAttributes;
  const kernel = node.inputs[1]!.shape[2] as number;
  return isFloat32(node) ? convolving({ kernel, stride, dilation: 1, before: 0 }) : undefined;
};

const unfold1d: KernelMaker = (node) => {
  const { kernel, stride } = node.attributes as WindowAttributes;
  return isFloat32(node) ? unfolding({ kernel, stride, dilation: 1, before: 0 }) : undefined;
};

/** Kernels of windows along one axis; those over more are left to the reference. */
export const windowKernels: KernelMakers = { conv, unfold, conv1d, unfold1d };
