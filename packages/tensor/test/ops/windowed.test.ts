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
  return Array.from(interpret({ tensor }).tensor.data as Float64Array);
}

function near(given: number[][], expected: number[][]): void {
  expect(given.length).toBe(expected.length);
  given.forEach((row, i) => {
    expect(row.length).toBe(expected[i]!.length);
    row.forEach((value, j) => expect(value).toBeCloseTo(expected[i]![j]!, 5));
  });
}

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

  test.each([['batch'], [0]])(
    'an empty batch of %s gives gradients of 0, to the second order',
    (batch) => {
      const empty = input('x', { dtype: 'float32', shape: [batch, 2, 3] });
      const [scale, shift] = ['gamma', 'beta'].map((name) =>
        input(name, { dtype: 'float32', shape: [2] }),
      );
      const wrt = [scale!, shift!];
      const first = grad(empty.batchNorm(scale!, shift!).y.square().sum(), wrt);
      const second = grad(first[0]!.add(1).square().sum(), [scale!]);
      const feeds = {
        x: hostTensor('float32', [0, 2, 3], []),
        gamma: hostTensor('float32', [2], [1, 2]),
        beta: hostTensor('float32', [2], [3, 4]),
      };
      const out = interpret({ scale: first[0]!, shift: first[1]!, second: second[0]! }, feeds);
      for (const { data } of Object.values(out))
        expect([...(data as Float64Array)]).toEqual([0, 0]);
    },
  );
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
  test('maxunpool: what is pooled goes back to its place', () => {
    const x = input('x', { dtype: 'float32', shape: [1, 1, 4, 4] });
    const back = grad(
      x
        .maxPool2d({ kernel: 2 })
        .mul(counting(1, 1, 2, 2))
        .sum(),
      [x],
    )[0]!;
    const out = interpret(
      { back },
      { x: hostTensor('float32', [1, 1, 4, 4], values(counting(1, 1, 4, 4))) },
    );
    expect([...out.back.data]).toEqual([0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4]);
  });

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
    [
      () => x.slice(3, 0, 2).maxPool2d({ kernel: [1, 2], padding: [0, 1], dilation: 3 }),
      'maxPool2d',
      'invalid-option',
      'dilation 3 for a size of 2 at axis 3',
    ],
    [
      () => x.slice(3, 0, 0).averagePool2d({ kernel: [1, 2], padding: [0, 1] }),
      'averagePool2d',
      'invalid-option',
      'size of 0 at axis 3',
    ],
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
    [
      () => x.interpolate({ size: 2, mode: 'cubic' as 'linear' }),
      'interpolate',
      'invalid-option',
      'mode "cubic"',
    ],
    [
      () => x.interpolate({ size: 2, coordinates: 'corners' as 'half_pixel' }),
      'interpolate',
      'invalid-option',
      'one of half_pixel',
    ],
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
    [() => x.groupNorm(3, vector, vector), 'groupNorm', 'invalid-option', 'groups 3'],
    [() => x.groupNorm(0.5, vector, vector), 'groupNorm', 'invalid-option', 'groups 0.5'],
    [() => x.groupNorm(2, short, vector), 'groupNorm', 'shape-mismatch', 'vectors [4]'],
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

  test.each(['maxPool2d', 'averagePool2d'] as const)(
    '%s refuses a window of padding alone where the size is known at run time',
    (pool) => {
      const x = input('x', { dtype: 'float32', shape: [1, 1, 1, 'width'] });
      const y = x[pool]({ kernel: [1, 2], padding: [0, 1], dilation: 3 });
      const run = (width: number): readonly number[] => {
        const data = new Float32Array(width).fill(1);
        return interpret({ y }, { x: { dtype: 'float32', shape: [1, 1, 1, width], data } }).y.shape;
      };
      expect(run(3)).toEqual([1, 1, 1, 1]);
      expect(() => run(2)).toThrow(
        expect.objectContaining({ code: 'invalid-option', where: pool }),
      );
    },
  );

  test('maxUnpool refuses a place outside of its shape', () => {
    const apart = { kernel: [2, 2], stride: [2, 2], shape: [1, 1, 2, 2] };
    const y = counting(1, 1, 1, 1).maxUnpool(
      constant(hostTensor('int64', [1, 1, 1, 1], [4])),
      apart,
    );
    expect(() => values(y)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  });
});
