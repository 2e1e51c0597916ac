import type { Tensor } from '../../src/tensor.js';
import { float, type KnownAnswer, shaped, two } from './known-answer.js';

function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** The numbers from `first` on in a shape, and what is made of them. */
function counting(
  first: number,
  shape: readonly number[],
  build: (x: Tensor) => Tensor,
  expected: readonly (readonly number[])[],
  result?: readonly number[],
): KnownAnswer {
  const size = shape.reduce((a, b) => a * b, 1);
  return shaped(shape, numbersFrom(first, size), build, expected.flat(), result);
}

const ones = (x: Tensor, ...shape: number[]): Tensor => x.scalar(1).expand(shape);
const twice = <T>(rows: readonly T[]): readonly T[] => [...rows, ...rows];

const image = [1, 1, 5, 5];
const square = [1, 1, 4, 4];
const tall = [1, 1, 7, 5];
const small = [1, 1, 3, 3];
const whole = { kernel: 5, stride: 1, padding: 2 };
const up = { rounding: 'ceil', coordinates: 'half_pixel' } as const;

/** The examples of https://onnx.ai/onnx/operators of windows and of Resize, by the names that they have there. */
export const windowAnswers: { readonly [edge: string]: KnownAnswer } = {
  'conv: basic_conv_with_padding': counting(
    0,
    image,
    (x) => x.conv2d(ones(x, 1, 1, 3, 3), { padding: 1 }),
    [
      [12, 21, 27, 33, 24],
      [33, 54, 63, 72, 51],
      [63, 99, 108, 117, 81],
      [93, 144, 153, 162, 111],
      [72, 111, 117, 123, 84],
    ],
  ),
  'conv: conv_with_strides_padding': counting(
    0,
    tall,
    (x) => x.conv2d(ones(x, 1, 1, 3, 3), { stride: 2, padding: 1 }),
    [
      [12, 27, 24],
      [63, 108, 81],
      [123, 198, 141],
      [112, 177, 124],
    ],
  ),
  'conv: conv_with_strides_no_padding': counting(
    0,
    tall,
    (x) => x.conv2d(ones(x, 1, 1, 3, 3), { stride: 2 }),
    [
      [54, 72],
      [144, 162],
      [234, 252],
    ],
  ),
  'conv: conv_with_strides_and_asymmetric_padding': counting(
    0,
    tall,
    (x) => x.conv2d(ones(x, 1, 1, 3, 3), { stride: 2, padding: [1, 0, 1, 0] }),
    [
      [21, 33],
      [99, 117],
      [189, 207],
      [171, 183],
    ],
  ),
  'conv: 1-D with dilation and groups': shaped(
    [1, 2, 5],
    [1, 2, 3, 4, 5, 10, 20, 30, 40, 50],
    (x) => x.conv1d(ones(x, 2, 1, 2), { dilation: 3, padding: [0, 1], groups: 2 }),
    [5, 7, 3, 50, 70, 30],
  ),
  convtranspose: counting(
    0,
    small,
    (x) => x.convTranspose2d(ones(x, 1, 2, 3, 3)),
    twice([
      [0, 1, 3, 3, 2],
      [3, 8, 15, 12, 7],
      [9, 21, 36, 27, 15],
      [9, 20, 33, 24, 13],
      [6, 13, 21, 15, 8],
    ]),
  ),
  convtranspose_pads: counting(
    0,
    small,
    (x) => x.convTranspose2d(ones(x, 1, 2, 3, 3), { stride: [3, 2], padding: [1, 2] }),
    twice([
      [1, 1, 3],
      [1, 1, 3],
      [7, 4, 9],
      [7, 4, 9],
      [7, 4, 9],
      [13, 7, 15],
      [13, 7, 15],
    ]),
  ),
  convtranspose_output_shape: counting(
    0,
    small,
    (x) =>
      x
        .convTranspose2d(ones(x, 1, 2, 3, 3), { stride: [3, 2], outputPadding: [1, 1] })
        .slice(2, 0, 3),
    twice([
      [0, 0, 1, 1, 3, 2, 2, 0],
      [0, 0, 1, 1, 3, 2, 2, 0],
      [0, 0, 1, 1, 3, 2, 2, 0],
    ]),
    [1, 2, 3, 8],
  ),
  convtranspose_dilations: {
    feeds: {
      a: float(small, [3, 8, 1, 9, 5, 7, 3, 2, 6]),
      b: float([1, 1, 2, 2], [7, 2, 1, 9]),
    },
    build: two((x, weight) => x.convTranspose2d(weight, { dilation: 2 })),
    expected: [
      [21, 56, 13, 16, 2],
      [63, 35, 67, 10, 14],
      [24, 22, 76, 76, 21],
      [9, 5, 88, 45, 63],
      [3, 2, 33, 18, 54],
    ].flat(),
  },
  maxpool_2d_ceil: counting(1, square, (x) => x.maxPool2d({ kernel: 3, stride: 2, ceil: true }), [
    [11, 12],
    [15, 16],
  ]),
  maxpool_2d_dilations: counting(
    1,
    square,
    (x) => x.maxPool2d({ kernel: 2, stride: 1, dilation: 2 }),
    [
      [11, 12],
      [15, 16],
    ],
  ),
  maxpool_2d_precomputed_pads: counting(1, image, (x) => x.maxPool2d(whole), [
    [13, 14, 15, 15, 15],
    [18, 19, 20, 20, 20],
    [23, 24, 25, 25, 25],
    [23, 24, 25, 25, 25],
    [23, 24, 25, 25, 25],
  ]),
  maxpool_2d_precomputed_strides: counting(1, image, (x) => x.maxPool2d({ kernel: 2 }), [
    [7, 9],
    [17, 19],
  ]),
  'maxpool: a last window that would begin past the end is left out': counting(
    1,
    [1, 1, 4],
    (x) => x.maxPool1d({ kernel: 1, stride: 2, ceil: true }),
    [[1, 3]],
    [1, 1, 2],
  ),
  averagepool_2d_ceil: counting(
    1,
    square,
    (x) => x.averagePool2d({ kernel: 3, stride: 2, ceil: true }),
    [
      [6, 7.5],
      [12, 13.5],
    ],
  ),
  averagepool_2d_precomputed_pads: counting(1, image, (x) => x.averagePool2d(whole), [
    [7, 7.5, 8, 8.5, 9],
    [9.5, 10, 10.5, 11, 11.5],
    [12, 12.5, 13, 13.5, 14],
    [14.5, 15, 15.5, 16, 16.5],
    [17, 17.5, 18, 18.5, 19],
  ]),
  averagepool_2d_precomputed_pads_count_include_pad: counting(
    1,
    image,
    (x) => x.averagePool2d({ ...whole, countPadding: true }),
    [
      [2.52, 3.6, 4.8, 4.08, 3.24],
      [4.56, 6.4, 8.4, 7.04, 5.52],
      [7.2, 10, 13, 10.8, 8.4],
      [6.96, 9.6, 12.4, 10.24, 7.92],
      [6.12, 8.4, 10.8, 8.88, 6.84],
    ],
  ),
  averagepool_2d_ceil_last_window_starts_on_pad: shaped(
    [1, 1, 2, 2],
    [9, 9, 9, 9],
    (x) => x.averagePool2d({ kernel: 3, stride: 3, padding: 1, ceil: true, countPadding: true }),
    [4],
    [1, 1, 1, 1],
  ),
  resize_upsample_scales_linear: counting(
    1,
    [1, 1, 2, 2],
    (x) => x.interpolate({ scale: 2, mode: 'linear' }),
    [
      [1, 1.25, 1.75, 2],
      [1.5, 1.75, 2.25, 2.5],
      [2.5, 2.75, 3.25, 3.5],
      [3, 3.25, 3.75, 4],
    ],
  ),
  resize_upsample_scales_linear_align_corners: counting(
    1,
    [1, 1, 2, 2],
    (x) => x.interpolate({ scale: 2, mode: 'linear', alignCorners: true }),
    [
      [1, 4 / 3, 5 / 3, 2],
      [5 / 3, 2, 7 / 3, 8 / 3],
      [7 / 3, 8 / 3, 3, 10 / 3],
      [3, 10 / 3, 11 / 3, 4],
    ],
  ),
  resize_downsample_scales_linear: counting(
    1,
    [1, 1, 2, 4],
    (x) => x.interpolate({ scale: 0.6, mode: 'linear' }),
    [[8 / 3, 13 / 3]],
  ),
  resize_downsample_sizes_linear_pytorch_half_pixel: counting(
    1,
    square,
    (x) => x.interpolate({ size: [3, 1], mode: 'linear', coordinates: 'pytorch_half_pixel' }),
    [[5 / 3], [7], [37 / 3]],
  ),
  resize_upsample_scales_nearest: counting(
    1,
    [1, 1, 2, 2],
    (x) =>
      x.interpolate({ scale: [2, 3], coordinates: 'half_pixel', rounding: 'round_prefer_floor' }),
    [
      [1, 1, 1, 2, 2, 2],
      [1, 1, 1, 2, 2, 2],
      [3, 3, 3, 4, 4, 4],
      [3, 3, 3, 4, 4, 4],
    ],
  ),
  resize_downsample_scales_nearest: counting(
    1,
    [1, 1, 2, 4],
    (x) => x.interpolate({ scale: 0.6, coordinates: 'half_pixel', rounding: 'round_prefer_floor' }),
    [[1, 3]],
  ),
  resize_upsample_sizes_nearest_ceil_half_pixel: counting(
    1,
    square,
    (x) => x.interpolate({ size: 8, ...up }).slice(2, 0, 2),
    [
      [1, 2, 2, 3, 3, 4, 4, 4],
      [5, 6, 6, 7, 7, 8, 8, 8],
    ],
  ),
  resize_upsample_sizes_nearest_floor_align_corners: counting(
    1,
    square,
    (x) => x.interpolate({ size: 8, alignCorners: true }).slice(2, 2, 4),
    [
      [1, 1, 1, 2, 2, 3, 3, 4],
      [5, 5, 5, 6, 6, 7, 7, 8],
    ],
  ),
  resize_upsample_sizes_nearest_round_prefer_ceil_asymmetric: counting(
    1,
    square,
    (x) =>
      x
        .interpolate({ size: 8, coordinates: 'asymmetric', rounding: 'round_prefer_ceil' })
        .slice(2, 0, 2),
    [
      [1, 2, 2, 3, 3, 4, 4, 4],
      [5, 6, 6, 7, 7, 8, 8, 8],
    ],
  ),
  'a line of three points between two': counting(
    0,
    [1, 1, 2],
    (x) => x.interpolate({ size: 3, mode: 'linear', alignCorners: true }),
    [[0, 0.5, 1]],
  ),
  'gemm: alpha, beta and an addend that broadcasts': {
    feeds: { a: float([2, 2], [1, 2, 3, 4]), b: float([1, 2], [10, 20]) },
    build: two((a, b) => a.gemm(a, { transposeB: true, alpha: 0.5, beta: 2, addend: b })),
    expected: [22.5, 45.5, 25.5, 52.5],
  },
};
