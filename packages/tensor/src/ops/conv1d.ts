import { checkWhole, type Dim, hostTensor, type Spec } from '@limbeck/core';
import { addDims, floorDivideDim, multiplyDims, sameDim, subtractDims } from '../dims.js';
import type { Emitter, Operator } from '../operator.js';
import { checkDtype, checkSameDtype, floats, int, int64s, ints, refuseShapes } from './support.js';

/** Attributes of the one-dimensional windows. */
export interface WindowAttributes {
  /** How many positions a window spans. */
  readonly kernel: number;
  /** How far the next window begins behind it. */
  readonly stride: number;
}

/** How many windows fit in a length. @throws LimbeckError `invalid-option`, `shape-mismatch` */
function positions(operator: string, length: Dim, { kernel, stride }: WindowAttributes): Dim {
  checkWhole(operator, { kernel, stride }, 1, 'Use a stride of 1 to visit each position.');
  if (typeof length === 'number' && length < kernel) {
    refuseShapes(
      operator,
      [['batch', 'channels', length]],
      `a length of at least the kernel's ${kernel}`,
      'Pad the axis first.',
    );
  }
  return addDims(floorDivideDim(subtractDims(length, kernel), stride), 1);
}

/** A kernel `[channels·kernel, 1, kernel]` that copies each of its inputs to a channel of its own. */
function identityKernel(emit: Emitter, spec: Spec, channels: number, kernel: number): string {
  const data =
    spec.dtype === 'float64'
      ? new Float64Array(channels * kernel * kernel)
      : new Float32Array(channels * kernel * kernel);
  for (let row = 0; row < channels * kernel; row++) data[row * kernel + (row % kernel)] = 1;
  return emit.constant(
    hostTensor(spec.dtype as 'float32', [channels * kernel, 1, kernel], data as Float32Array),
  );
}

function fixedChannels(operator: string, spec: Spec): number {
  const channels = spec.shape[1];
  if (spec.shape.length !== 3 || typeof channels !== 'number') {
    refuseShapes(operator, [spec.shape], '[batch, channels, length] with a number of channels');
  }
  return channels;
}

/** Windows as columns: `[batch, channels, length]` gives `[batch, channels·kernel, positions]`. */
export const unfold1d: Operator<WindowAttributes> = {
  name: 'unfold1d',
  infer: ([x], attributes) => {
    checkDtype('unfold1d', x!, floats);
    const channels = fixedChannels('unfold1d', x!);
    const shape = [
      x!.shape[0]!,
      channels * attributes.kernel,
      positions('unfold1d', x!.shape[2]!, attributes),
    ];
    return [{ dtype: x!.dtype, shape }];
  },
  evaluate: ([x], { kernel, stride }, [out]) => {
    const [batch, rows, count] = out!.shape as [number, number, number];
    const [, channels, length] = x!.shape as [number, number, number];
    const y = new Float64Array(batch * rows * count);
    for (let n = 0, at = 0; n < batch; n++) {
      for (let row = 0; row < rows; row++) {
        const start = (n * channels + Math.floor(row / kernel)) * length + (row % kernel);
        for (let p = 0; p < count; p++, at++) y[at] = x!.data[start + p * stride]!;
      }
    }
    return [y];
  },
  gradient: ({ inputs: [x], upstream: [dy], attributes: { kernel, stride } }) => [
    dy!.fold1d({ kernel, stride, length: x!.shape[2]! }),
  ],
  lower: (emit, { kernel, stride }) => {
    const spec = emit.inputSpecs[0]!;
    const channels = fixedChannels('unfold1d', spec);
    const weight = identityKernel(emit, spec, channels, kernel);
    emit.node('Conv', [emit.inputs[0]!, weight], emit.outputs, {
      group: int(channels),
      strides: ints([stride]),
      kernel_shape: ints([kernel]),
    });
  },
};

/** Attributes of `fold1d`. */
export interface FoldAttributes extends WindowAttributes {
  /** The length that comes out. */
  readonly length: Dim;
}

/** Columns added back where their windows lay: the adjoint of {@link unfold1d}. */
export const fold1d: Operator<FoldAttributes> = {
  name: 'fold1d',
  infer: ([x], attributes) => {
    checkDtype('fold1d', x!, floats);
    const rows = fixedChannels('fold1d', x!);
    const { kernel, length } = attributes;
    if (rows % kernel !== 0 || !sameDim(x!.shape[2]!, positions('fold1d', length, attributes))) {
      refuseShapes(
        'fold1d',
        [x!.shape],
        `[batch, channels*${kernel}, ${positions('fold1d', length, attributes)}]`,
      );
    }
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, rows / kernel, length] }];
  },
  evaluate: ([x], { kernel, stride }, [out]) => {
    const [batch, rows, count] = x!.shape as [number, number, number];
    const [, channels, length] = out!.shape as [number, number, number];
    const y = new Float64Array(batch * channels * length);
    for (let n = 0, at = 0; n < batch; n++) {
      for (let row = 0; row < rows; row++) {
        const start = (n * channels + Math.floor(row / kernel)) * length + (row % kernel);
        for (let p = 0; p < count; p++, at++) y[start + p * stride]! += x!.data[at]!;
      }
    }
    return [y];
  },
  gradient: ({ upstream: [dy], attributes: { kernel, stride } }) => [
    dy!.unfold1d({ kernel, stride }),
  ],
  lower: (emit, { kernel, stride, length }) => {
    const spec = emit.inputSpecs[0]!;
    const channels = fixedChannels('fold1d', spec) / kernel;
    const weight = identityKernel(emit, spec, channels, kernel);
    const covered = emit.fresh();
    emit.node('ConvTranspose', [emit.inputs[0]!, weight], [covered], {
      group: int(channels),
      strides: ints([stride]),
      kernel_shape: ints([kernel]),
    });
    // What no window reached at the end has gradient 0.
    const reach = addDims(multiplyDims(subtractDims(spec.shape[2]!, 1), stride), kernel);
    const both = emit.fresh();
    emit.node(
      'Concat',
      [emit.constant(int64s([0])), emit.shape([subtractDims(length, reach)])],
      [both],
      {
        axis: int(0),
      },
    );
    emit.node('Pad', [covered, both, '', emit.constant(int64s([2]))], emit.outputs);
  },
};

/** Attributes of {@link conv1d}. */
export interface ConvAttributes {
  readonly stride: number;
}

/** Cross-correlation of `[batch, in, length]` with `[out, in, kernel]`, without padding: `[batch, out, positions]`. */
export const conv1d: Operator<ConvAttributes> = {
  name: 'conv1d',
  infer: ([x, weight], { stride }) => {
    checkSameDtype('conv1d', [x!, weight!]);
    checkDtype('conv1d', x!, floats);
    const channels = fixedChannels('conv1d', x!);
    const [out, inner, kernel] = weight!.shape;
    if (weight!.shape.length !== 3 || inner !== channels || typeof kernel !== 'number') {
      refuseShapes('conv1d', [x!.shape, weight!.shape], `[out, ${channels}, kernel] as weights`);
    }
    return [
      {
        dtype: x!.dtype,
        shape: [x!.shape[0]!, out!, positions('conv1d', x!.shape[2]!, { kernel, stride })],
      },
    ];
  },
  evaluate: ([x, weight], { stride }, [out]) => {
    const [batch, outputs, count] = out!.shape as [number, number, number];
    const [, channels, length] = x!.shape as [number, number, number];
    const kernel = weight!.shape[2]!;
    const y = new Float64Array(batch * outputs * count);
    for (let n = 0, at = 0; n < batch; n++) {
      for (let o = 0; o < outputs; o++) {
        for (let p = 0; p < count; p++, at++) {
          let total = 0;
          for (let c = 0; c < channels; c++) {
            for (let k = 0; k < kernel; k++) {
              total +=
                x!.data[(n * channels + c) * length + p * stride + k]! *
                weight!.data[(o * channels + c) * kernel + k]!;
            }
          }
          y[at] = total;
        }
      }
    }
    return [y];
  },
  gradient: ({ inputs: [x, weight], upstream: [dy], attributes: { stride } }) => {
    const [out, inner, kernel] = weight!.shape as [Dim, number, number];
    const rows = weight!.reshape([out, inner * kernel]);
    const dx = rows
      .matmul(dy!, { transposeA: true })
      .fold1d({ kernel, stride, length: x!.shape[2]! });
    const columns = x!.unfold1d({ kernel, stride });
    const dw = dy!.matmul(columns, { transposeB: true }).sum(0).reshape(weight!.shape);
    return [dx, dw];
  },
  lower: (emit, { stride }) =>
    emit.node('Conv', emit.inputs, emit.outputs, { strides: ints([stride]) }),
};
