import { LimbeckError, sizeOf, type Spec } from '@limbeck/core';
import { multiplyDims } from '../dims.js';
import type { Operator } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { checkDtype, checkSameDtype, floats, int, refuseShapes } from './support.js';
import {
  channelsOf,
  onnxWindows,
  reachOf,
  spatialOf,
  windowCounts,
  type WindowGeometry,
  windowTaps,
} from './windows.js';

/** Attributes of `conv`. */
export interface ConvGeometry extends WindowGeometry {
  /** How many groups the channels fall into; each sees its own inputs alone. */
  readonly groups: number;
}

/** The name that callers know an operator by. */
export function named(operator: string, { kernel }: WindowGeometry): string {
  return `${operator}${kernel.length}d`;
}

/** Refuses channels that do not fall into the groups. @throws LimbeckError `invalid-option` */
export function checkGroups(
  operator: string,
  groups: number,
  ...channels: readonly number[]
): void {
  const whole = Number.isSafeInteger(groups) && groups > 0;
  if (whole && channels.every((count) => count % groups === 0)) return;
  throw new LimbeckError('invalid-option', {
    where: operator,
    given: `groups ${groups} for ${channels.join(' and ')} channels`,
    expected: 'a whole number of at least 1 that divides the channels that go in and come out',
    next: 'Use 1, or the number of channels for a kernel a channel.',
  });
}

/** Checks weights against channels, and gives the number of channels that the weights make. */
function checkWeight(
  where: string,
  x: Spec,
  weight: Spec,
  { kernel, groups }: ConvGeometry,
): number {
  checkSameDtype(where, [x, weight]);
  checkDtype(where, x, floats);
  const channels = channelsOf(where, x, kernel.length);
  const [outputs, inner] = weight.shape;
  checkGroups(where, groups, channels, typeof outputs === 'number' ? outputs : groups);
  if (typeof outputs !== 'number' || inner !== channels / groups) {
    const expected = `[out, ${channels / groups}, …kernel] in numbers as weights`;
    refuseShapes(where, [x.shape, weight.shape], expected);
  }
  return outputs;
}

/**
 * Cross-correlation of `[batch, in, …spatial]` with weights `[out, in/groups, …kernel]`:
 * `[batch, out, …windows]`.
 */
export const conv: Operator<ConvGeometry> = {
  name: 'conv',
  infer: ([x, weight], attributes) => {
    const where = named('conv', attributes);
    const outputs = checkWeight(where, x!, weight!, attributes);
    const counts = windowCounts(where, spatialOf(x!.shape), attributes);
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, outputs, ...counts] }];
  },
  evaluate: ([x, weight], attributes, [out]) => {
    const [spatial, counts] = [spatialOf(x!.shape), spatialOf(out!.shape)];
    const taps = windowTaps(spatial, counts, attributes);
    const [plane, windows, elements] = [spatial, counts, attributes.kernel].map(sizeOf) as [
      number,
      number,
      number,
    ];
    const [batch, outputs] = out!.shape as [number, number];
    const [channels, inner] = [x!.shape[1]!, weight!.shape[1]!];
    const y = new Float64Array(sizeOf(out!.shape));
    for (let n = 0, at = 0; n < batch; n++) {
      for (let o = 0; o < outputs; o++) {
        const first = n * channels + Math.floor((o * attributes.groups) / outputs) * inner;
        for (let window = 0; window < windows; window++, at++) {
          let total = 0;
          for (let c = 0; c < inner; c++) {
            const from = (first + c) * plane;
            const by = (o * inner + c) * elements;
            for (let k = 0; k < elements; k++) {
              const tap = taps[window * elements + k]!;
              if (tap >= 0) total += x!.data[from + tap]! * weight!.data[by + k]!;
            }
          }
          y[at] = total;
        }
      }
    }
    return [y];
  },
  gradient: ({ inputs: [x, weight], upstream: [dy], attributes }) => [
    inputGradient(x!, weight!, dy!, attributes),
    weightGradient(x!, dy!, attributes).reshape(weight!.shape),
  ],
  lower: (emit, attributes) =>
    emit.node('Conv', emit.inputs, emit.outputs, {
      group: int(attributes.groups),
      ...onnxWindows(attributes),
    }),
};

/** With a stride of 1 a convolution with turned kernels, which is faster than ConvTranspose; that otherwise. */
function inputGradient(x: Tensor, weight: Tensor, dy: Tensor, geometry: ConvGeometry): Tensor {
  const { stride, pads, kernel, groups } = geometry;
  const reach = reachOf(geometry);
  const back = pads.map((padding, i) => reach[i % kernel.length]! - 1 - padding);
  if (stride.every((step) => step === 1) && back.every((padding) => padding >= 0)) {
    return dy.convolve(weight.turnedKernel(groups), { ...geometry, pads: back });
  }
  return dy.convolveTransposed(weight, { ...geometry, size: spatialOf(x.shape) });
}

/**
 * The gradient by the weights as `[groups·out, in·elements]`: what each window saw, as columns, times what flowed into
 * it, summed over the batch.
 */
export function weightGradient(x: Tensor, dy: Tensor, geometry: ConvGeometry): Tensor {
  const { kernel, stride, dilation, pads, groups } = geometry;
  const [batch, channels] = x.shape;
  const outputs = dy.shape[1] as number;
  const inner = ((channels as number) / groups) * sizeOf(kernel);
  const plain =
    [...kernel, ...stride].every((size) => size === 1) && pads.every((size) => size === 0);
  const columns = plain ? x : x.unfold({ kernel, stride, dilation, pads });
  const lead = groups === 1 ? [batch!] : [batch!, groups];
  const windows = multiplyDims(...spatialOf(dy.shape));
  const seen = columns.reshape([...lead, inner, windows]);
  const flows = dy.reshape([...lead, outputs / groups, windows]);
  return flows.matmul(seen, { transposeB: true }).sum(0);
}
