import { fc, test } from '@fast-check/vitest';
import { type ErrorCode, hostTensor } from '@limbeck/core';
import {
  constant,
  decodeModel,
  grad,
  input,
  interpret,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { topologicalOrder } from '../../src/graph/order.js';

/** The numbers from 1 on in a shape. */
function counting(...shape: number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Array.from({ length: size }, (_, i) => i + 1);
  return constant(hostTensor('float32', shape, data));
}

function ones(...shape: number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return constant(
    hostTensor(
      'float32',
      shape,
      Array.from({ length: size }, () => 1),
    ),
  );
}

function values(tensor: Tensor): number[] {
  return Array.from(interpret({ tensor }).tensor.data, (value) => Number(value));
}

/** Rows of the last axis. */
function rows(tensor: Tensor): number[][] {
  const width = tensor.shape.at(-1) as number;
  const flat = values(tensor);
  return Array.from({ length: flat.length / width }, (_, row) =>
    flat.slice(row * width, (row + 1) * width),
  );
}

function near(given: number[][], expected: number[][]): void {
  expect(given.length).toBe(expected.length);
  given.forEach((row, i) => {
    expect(row.length).toBe(expected[i]!.length);
    row.forEach((value, j) => expect(value).toBeCloseTo(expected[i]![j]!, 5));
  });
}

// The examples of https://onnx.ai/onnx/operators, by the names that they have there.
describe('the examples of the ONNX standard', () => {
  const image = counting(1, 1, 5, 5);
  const square = counting(1, 1, 4, 4);
  const kernel = ones(1, 1, 3, 3);
  const tall = counting(1, 1, 7, 5).sub(1);

  test('basic_conv_with_padding', () => {
    expect(rows(image.sub(1).conv2d(kernel, { padding: 1 }))).toEqual([
      [12, 21, 27, 33, 24],
      [33, 54, 63, 72, 51],
      [63, 99, 108, 117, 81],
      [93, 144, 153, 162, 111],
      [72, 111, 117, 123, 84],
    ]);
  });

  test('conv_with_strides_padding, _no_padding and _asymmetric_padding', () => {
    expect(rows(tall.conv2d(kernel, { stride: 2, padding: 1 }))).toEqual([
      [12, 27, 24],
      [63, 108, 81],
      [123, 198, 141],
      [112, 177, 124],
    ]);
    expect(rows(tall.conv2d(kernel, { stride: 2 }))).toEqual([
      [54, 72],
      [144, 162],
      [234, 252],
    ]);
    expect(rows(tall.conv2d(kernel, { stride: 2, padding: [1, 0, 1, 0] }))).toEqual([
      [21, 33],
      [99, 117],
      [189, 207],
      [171, 183],
    ]);
  });

  test('convtranspose', () => {
    const weight = ones(1, 2, 3, 3);
    const y = counting(1, 1, 3, 3).sub(1).convTranspose2d(weight);
    const one = [
      [0, 1, 3, 3, 2],
      [3, 8, 15, 12, 7],
      [9, 21, 36, 27, 15],
      [9, 20, 33, 24, 13],
      [6, 13, 21, 15, 8],
    ];
    expect(rows(y)).toEqual([...one, ...one]);
  });

  test('convtranspose_pads, and _output_shape by the padding that it takes', () => {
    const options = { stride: [3, 2], padding: [1, 2] };
    const y = counting(1, 1, 3, 3)
      .sub(1)
      .convTranspose2d(ones(1, 1, 3, 3), options);
    expect(rows(y)).toEqual([
      [1, 1, 3],
      [1, 1, 3],
      [7, 4, 9],
      [7, 4, 9],
      [7, 4, 9],
      [13, 7, 15],
      [13, 7, 15],
    ]);
    const larger = counting(1, 1, 3, 3)
      .sub(1)
      .convTranspose2d(ones(1, 2, 3, 3), { stride: [3, 2], outputPadding: [1, 1] });
    expect(larger.shape).toEqual([1, 2, 10, 8]);
    expect(rows(larger)[0]).toEqual([0, 0, 1, 1, 3, 2, 2, 0]);
  });

  test('convtranspose_dilations', () => {
    const x = constant(hostTensor('float32', [1, 1, 3, 3], [3, 8, 1, 9, 5, 7, 3, 2, 6]));
    const weight = constant(hostTensor('float32', [1, 1, 2, 2], [7, 2, 1, 9]));
    expect(rows(x.convTranspose2d(weight, { dilation: 2 }))).toEqual([
      [21, 56, 13, 16, 2],
      [63, 35, 67, 10, 14],
      [24, 22, 76, 76, 21],
      [9, 5, 88, 45, 63],
      [3, 2, 33, 18, 54],
    ]);
  });

  test('maxpool_2d_ceil, _dilations, _precomputed_pads and _precomputed_strides', () => {
    expect(values(square.maxPool2d({ kernel: 3, stride: 2, ceil: true }))).toEqual([
      11, 12, 15, 16,
    ]);
    expect(values(square.maxPool2d({ kernel: 2, stride: 1, dilation: 2 }))).toEqual([
      11, 12, 15, 16,
    ]);
    expect(rows(image.maxPool2d({ kernel: 5, stride: 1, padding: 2 }))).toEqual([
      [13, 14, 15, 15, 15],
      [18, 19, 20, 20, 20],
      [23, 24, 25, 25, 25],
      [23, 24, 25, 25, 25],
      [23, 24, 25, 25, 25],
    ]);
    expect(values(image.maxPool2d({ kernel: 2, stride: 2 }))).toEqual([7, 9, 17, 19]);
  });

  test('averagepool_2d_ceil, _precomputed_pads and _count_include_pad', () => {
    expect(values(square.averagePool2d({ kernel: 3, stride: 2, ceil: true }))).toEqual([
      6, 7.5, 12, 13.5,
    ]);
    const options = { kernel: 5, stride: 1, padding: 2 };
    near(rows(image.averagePool2d(options)), [
      [7, 7.5, 8, 8.5, 9],
      [9.5, 10, 10.5, 11, 11.5],
      [12, 12.5, 13, 13.5, 14],
      [14.5, 15, 15.5, 16, 16.5],
      [17, 17.5, 18, 18.5, 19],
    ]);
    near(rows(image.averagePool2d({ ...options, countPadding: true })), [
      [2.52, 3.6, 4.8, 4.08, 3.24],
      [4.56, 6.4, 8.4, 7.04, 5.52],
      [7.2, 10, 13, 10.8, 8.4],
      [6.96, 9.6, 12.4, 10.24, 7.92],
      [6.12, 8.4, 10.8, 8.88, 6.84],
    ]);
  });

  test('averagepool_2d_ceil_last_window_starts_on_pad', () => {
    const x = counting(1, 3, 2, 2).mul(0).add(0.5);
    const options = { kernel: 3, stride: 3, padding: 1, ceil: true, countPadding: true };
    const y = x.averagePool2d(options);
    expect(y.shape).toEqual([1, 3, 1, 1]);
    near([values(y)], [[0.5 * (4 / 9), 0.5 * (4 / 9), 0.5 * (4 / 9)]]);
  });

  test('maxunpool: what is pooled goes back to its place', () => {
    const x = input('x', { dtype: 'float32', shape: [1, 1, 4, 4] });
    const back = grad(
      x
        .maxPool2d({ kernel: 2 })
        .mul(counting(1, 1, 2, 2))
        .sum(),
      [x],
    )[0]!;
    const out = interpret({ back }, { x: hostTensor('float32', [1, 1, 4, 4], values(square)) });
    expect([...out.back.data]).toEqual([0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4]);
  });

  test('resize: lines', () => {
    const x = counting(1, 1, 2, 2);
    near(rows(x.interpolate({ scale: 2, mode: 'linear' })), [
      [1, 1.25, 1.75, 2],
      [1.5, 1.75, 2.25, 2.5],
      [2.5, 2.75, 3.25, 3.5],
      [3, 3.25, 3.75, 4],
    ]);
    near(rows(x.interpolate({ scale: 2, mode: 'linear', alignCorners: true })), [
      [1, 4 / 3, 5 / 3, 2],
      [5 / 3, 2, 7 / 3, 8 / 3],
      [7 / 3, 8 / 3, 3, 10 / 3],
      [3, 10 / 3, 11 / 3, 4],
    ]);
    const eight = counting(1, 1, 2, 4);
    near(rows(eight.interpolate({ scale: 0.6, mode: 'linear' })), [[2.6666665, 4.3333331]]);
    near(
      rows(square.interpolate({ size: [3, 1], mode: 'linear', coordinates: 'pytorch_half_pixel' })),
      [[1.6666666], [7], [12.333333]],
    );
  });

  test('resize: the nearest', () => {
    const x = counting(1, 1, 2, 2);
    const rounding = 'round_prefer_floor' as const;
    const coordinates = 'half_pixel' as const;
    expect(rows(x.interpolate({ scale: [2, 3], coordinates, rounding }))).toEqual([
      [1, 1, 1, 2, 2, 2],
      [1, 1, 1, 2, 2, 2],
      [3, 3, 3, 4, 4, 4],
      [3, 3, 3, 4, 4, 4],
    ]);
    const eight = counting(1, 1, 2, 4);
    expect(values(eight.interpolate({ scale: 0.6, coordinates, rounding }))).toEqual([1, 3]);
    const [first, , , last] = [0, 1, 2, 3];
    const ceil = square.interpolate({ size: 8, coordinates, rounding: 'ceil' });
    expect(rows(ceil)[first!]).toEqual([1, 2, 2, 3, 3, 4, 4, 4]);
    const floor = square.interpolate({ size: 8, alignCorners: true, rounding: 'floor' });
    expect(rows(floor)[first!]).toEqual([1, 1, 1, 2, 2, 3, 3, 4]);
    expect(rows(floor)[last!]).toEqual([5, 5, 5, 6, 6, 7, 7, 8]);
    const asymmetric = { coordinates: 'asymmetric', rounding: 'round_prefer_ceil' } as const;
    expect(rows(square.interpolate({ size: 8, ...asymmetric }))[first!]).toEqual([
      1, 2, 2, 3, 3, 4, 4, 4,
    ]);
  });
});

describe('batchNorm', () => {
  const x = constant(hostTensor('float32', [2, 2, 1, 2], [1, 3, 10, 10, 5, 7, 10, 14]));
  const gamma = constant(hostTensor('float32', [2], [2, 1]));
  const beta = constant(hostTensor('float32', [2], [0, 1]));

  test('gives the mean and the variance over n of each channel', () => {
    const { y, mean, variance } = x.batchNorm(gamma, beta, { epsilon: 0 });
    expect(values(mean)).toEqual([4, 11]);
    expect(values(variance)).toEqual([5, 3]);
    const [a, b] = [2 / Math.sqrt(5), 1 / Math.sqrt(3)];
    near([values(y)], [[-3 * a, -a, 1 - b, 1 - b, a, 3 * a, 1 - b, 1 + 3 * b]]);
  });

  test('is what inference does with the same statistics', () => {
    const { y, mean, variance } = x.batchNorm(gamma, beta);
    near([values(x.batchNormInference(gamma, beta, mean, variance))], [values(y)]);
  });

  test('keeps its digits where the mean is far from 0', () => {
    const far = x.batchNorm(gamma, beta, { epsilon: 0 });
    const moved = x.add(1e6).batchNorm(gamma, beta, { epsilon: 0 });
    near([values(moved.variance)], [values(far.variance)]);
  });
});

describe('groupNorm', () => {
  const x = counting(1, 4, 1, 2);
  const [gamma, beta] = [ones(4), ones(4).mul(0)];

  test('has one mean a group', () => {
    const y = x.groupNorm(2, gamma, beta, 0);
    const s = Math.sqrt(1.25);
    const group = [-1.5 / s, -0.5 / s, 0.5 / s, 1.5 / s];
    near([values(y)], [[...group, ...group]]);
  });

  test('with one group is layer normalisation of all, with as many as channels that of each', () => {
    const all = x.reshape([1, 8]).layerNorm(ones(8), ones(8).mul(0)).reshape(x.shape);
    near([values(x.groupNorm(1, gamma, beta))], [values(all)]);
    const each = x.reshape([4, 2]).layerNorm(ones(2), ones(2).mul(0)).reshape(x.shape);
    near([values(x.groupNorm(4, gamma, beta))], [values(each)]);
  });
});

describe('what windows share', () => {
  const batch = input('x', { dtype: 'float32', shape: ['batch', 2, 'height', 'width'] });

  test('an image of named sizes keeps them under "same" padding', () => {
    expect(batch.conv2d(ones(3, 2, 3, 3), { padding: 1 }).shape).toEqual([
      'batch',
      3,
      'height',
      'width',
    ]);
    expect(batch.maxPool2d({ kernel: 2 }).shape.slice(2)).toEqual([
      'floor((height)/2)',
      'floor((width)/2)',
    ]);
  });

  test('global pooling is a mean or a maximum over axes', () => {
    const x = counting(1, 2, 3, 3);
    expect(values(x.averagePool2d({ kernel: 3 }))).toEqual(values(x.mean([2, 3])));
    expect(values(x.maxPool2d({ kernel: 3 }))).toEqual(values(x.max([2, 3])));
  });

  test('equal largest elements: the first takes the gradient', () => {
    const x = input('x', { dtype: 'float32', shape: [1, 1, 4] });
    const dx = grad(x.maxPool1d({ kernel: 3, stride: 1 }).sum(), [x])[0]!;
    const feeds = { x: hostTensor('float32', [1, 1, 4], [2, 2, 1, 2]) };
    expect([...interpret({ dx }, feeds).dx.data]).toEqual([1, 1, 0, 0]);
  });

  test('a grouped convolution is convolutions side by side', () => {
    const x = counting(1, 4, 5, 4).sin();
    const w = counting(6, 2, 2, 3).cos();
    const whole = x.conv2d(w, { groups: 2 });
    const [left, right] = [0, 1].map((group) =>
      x.slice(1, group * 2, group * 2 + 2).conv2d(w.slice(0, group * 3, group * 3 + 3)),
    );
    near([values(whole)], [[...values(left!), ...values(right!)]]);
  });

  test('a default conv1d is written as before', () => {
    const x = input('x', { dtype: 'float32', shape: ['batch', 2, 9] });
    const names = topologicalOrder([x.conv1d(ones(3, 2, 3), { stride: 2 })]).map(
      ({ operator }) => operator.name,
    );
    expect(names).toContain('conv1d');
  });

  test.prop([fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })])(
    'turning a kernel twice changes nothing',
    (groups, inner) => {
      const w = counting(groups * 2, inner, 2, 3);
      expect(values(w.turnedKernel(groups).turnedKernel(groups))).toEqual(values(w));
    },
  );

  test('pooling writes places only where a gradient asks for them', () => {
    const pooled = batch.maxPool2d({ kernel: 2 });
    const written = (outputs: { readonly [name: string]: Tensor }): (string[] | undefined)[] =>
      decodeModel(toOnnx(outputs).bytes)
        .graph!.node.filter(({ opType }) => opType === 'MaxPool')
        .map(({ output }) => output);
    expect(written({ pooled })).toEqual([['pooled']]);
    const [dx] = grad(pooled.sum(), [batch]);
    expect(written({ pooled, dx: dx! })).toEqual([['pooled', expect.stringContaining('maxPool')]]);
  });
});

describe('windows refuse what does not fit', () => {
  const x = input('x', { dtype: 'float32', shape: ['batch', 4, 8, 8] });
  const named = input('named', { dtype: 'float32', shape: ['batch', 4, 'height', 8] });
  const line = input('line', { dtype: 'float32', shape: ['batch', 4, 8] });
  const whole = input('whole', { dtype: 'int64', shape: ['batch', 4, 8, 8] });
  const w = input('w', { dtype: 'float32', shape: [6, 4, 3, 3] });
  const vector = input('vector', { dtype: 'float32', shape: [4] });
  const short = input('short', { dtype: 'float32', shape: [3] });
  const places = input('places', { dtype: 'int64', shape: ['batch', 4, 2, 8] });

  const refusals: readonly [() => Tensor, string, ErrorCode, string][] = [
    [() => x.conv2d(vector), 'conv2d', 'shape-mismatch', 'height, width] in numbers'],
    [() => line.conv2d(w), 'conv2d', 'shape-mismatch', 'height, width'],
    [() => whole.conv2d(w), 'conv2d', 'dtype-mismatch', 'int64'],
    [() => x.conv2d(w, { groups: 3 }), 'conv2d', 'invalid-option', 'groups 3'],
    [() => x.conv2d(w, { groups: 2 }), 'conv2d', 'shape-mismatch', '[out, 2, …kernel]'],
    [() => x.conv2d(w, { stride: 0 }), 'conv2d', 'invalid-option', 'stride 0'],
    [() => x.conv2d(w, { dilation: [1, 1, 1] }), 'conv2d', 'invalid-option', '2 numbers'],
    [() => x.conv2d(w, { padding: [1, 2, 3] }), 'conv2d', 'invalid-option', '1, 2 or 4'],
    [() => x.conv2d(w, { padding: -1 }), 'conv2d', 'invalid-option', 'padding -1'],
    [() => x.conv2d(w, { dilation: 4 }), 'conv2d', 'shape-mismatch', 'reaches over 9'],
    [() => line.conv1d(w, { padding: 1 }), 'conv1d', 'shape-mismatch', '[6, 4, 3, 3]'],
    [() => x.convTranspose2d(w), 'convTranspose2d', 'shape-mismatch', '[4, out, …kernel]'],
    [
      () => line.convTranspose1d(w.reshape([6, 4, 9]), { outputPadding: 1 }),
      'convTranspose1d',
      'invalid-option',
      'below the stride',
    ],
    [() => vector.turnedKernel(), 'turnedKernel', 'shape-mismatch', '[4]'],
    [() => x.maxPool2d({ kernel: 2, padding: 2 }), 'maxPool2d', 'invalid-option', 'padding 2'],
    [() => line.maxPool2d({ kernel: 2 }), 'maxPool2d', 'shape-mismatch', 'height, width'],
    [() => x.maxPool1d({ kernel: 2 }), 'maxPool1d', 'shape-mismatch', 'length'],
    [
      () => named.maxPool2d({ kernel: 2, stride: 3, ceil: true }),
      'maxPool2d',
      'invalid-option',
      'height',
    ],
    [() => x.averagePool2d({ kernel: 9 }), 'averagePool2d', 'shape-mismatch', 'at least 9'],
    [
      () => x.maxUnpool(places, { kernel: [1, 1], stride: [1, 1], shape: x.shape }),
      'maxUnpool',
      'shape-mismatch',
      'a place for each element',
    ],
    [
      () => x.slice(2, 0, 2).maxUnpool(places, { kernel: [2, 2], stride: [1, 1], shape: x.shape }),
      'maxUnpool',
      'invalid-option',
      'do not overlap',
    ],
    [() => x.interpolate({}), 'interpolate', 'invalid-option', 'neither'],
    [() => x.interpolate({ size: 2, scale: 2 }), 'interpolate', 'invalid-option', 'one of the two'],
    [() => x.interpolate({ size: [2] }), 'interpolate', 'invalid-option', '2 sizes'],
    [() => x.interpolate({ scale: 0 }), 'interpolate', 'invalid-option', 'scale 0'],
    [() => named.interpolate({ scale: 1.5 }), 'interpolate', 'invalid-option', 'a whole number'],
    [() => vector.interpolate({ size: [] }), 'interpolate', 'shape-mismatch', '[4]'],
    [() => whole.interpolate({ size: 3 }), 'interpolate', 'dtype-mismatch', 'int64'],
    [() => x.batchNorm(short, short).y, 'batchNorm', 'shape-mismatch', 'vectors [4]'],
    [() => vector.batchNorm(vector, vector).y, 'batchNorm', 'shape-mismatch', '[batch, channels'],
    [
      () => x.batchNormInference(vector, vector, short, vector),
      'batchNormInference',
      'shape-mismatch',
      '[3]',
    ],
    [() => x.groupNorm(3, vector, vector), 'groupNorm', 'invalid-option', 'groups [3]'],
    [
      () =>
        x.fold({
          kernel: [3, 3],
          stride: [1, 1],
          dilation: [1, 1],
          pads: [0, 0, 0, 0],
          size: [8, 8],
        }),
      'fold',
      'shape-mismatch',
      'channels*9',
    ],
  ];

  test.each(refusals)('%s', (build, where, code, word) => {
    let error: unknown;
    try {
      build();
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code, where });
    expect((error as Error).message).toContain(word);
  });

  test('maxUnpool refuses a place outside of its shape', () => {
    const apart = { kernel: [2, 2], stride: [2, 2], shape: [1, 1, 2, 2] };
    const y = counting(1, 1, 1, 1).maxUnpool(
      constant(hostTensor('int64', [1, 1, 1, 1], [4])),
      apart,
    );
    expect(() => values(y)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  });
});
