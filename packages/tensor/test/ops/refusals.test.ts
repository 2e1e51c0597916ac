import { test } from '@fast-check/vitest';
import { type ErrorCode, hostTensor } from '@limbeck/core';
import { concat, grad, input, interpret, stack, type Tensor } from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const a = input('a', { dtype: 'float32', shape: ['batch', 3] });
const b = input('b', { dtype: 'float32', shape: ['batch', 4] });
const row = input('row', { dtype: 'float32', shape: [3] });
const scalar = input('scalar', { dtype: 'float32', shape: [] });
const double = input('double', { dtype: 'float64', shape: ['batch', 3] });
const whole = input('whole', { dtype: 'int64', shape: ['batch', 3] });
const truth = input('truth', { dtype: 'bool', shape: ['batch', 3] });
const signal = input('signal', { dtype: 'float32', shape: ['batch', 2, 8] });

/** What is refused, by which operator, with which code, and what the message must name. */
const refusals: readonly [() => Tensor, string, ErrorCode, ...string[]][] = [
  [() => a.add(b), 'add', 'shape-mismatch', '[batch, 3]', '[batch, 4]', 'equal or 1'],
  [() => a.add(double), 'add', 'dtype-mismatch', 'float32', 'float64', "cast('float32')"],
  [() => a.mod(2), 'mod', 'dtype-mismatch', 'float32', 'int32'],
  [() => whole.exp(), 'exp', 'dtype-mismatch', 'int64', "cast('float32')"],
  [() => a.not(), 'not', 'dtype-mismatch', 'float32', 'bool'],
  [() => a.where(a, a), 'where', 'dtype-mismatch', 'bool'],
  [() => truth.where(a, b), 'where', 'shape-mismatch', '[batch, 4]'],
  [() => a.shiftLeft(1), 'shiftLeft', 'dtype-mismatch', 'uint32'],
  [() => a.reshape([7]), 'reshape', 'shape-mismatch', '[batch, 3]', '[7]', 'equally many'],
  [() => a.reshape([-1, -1]), 'reshape', 'shape-mismatch', 'at most one -1'],
  [() => a.reshape([2, -1]), 'reshape', 'shape-mismatch', 'sizes that divide the whole'],
  [() => input('x', { dtype: 'float32', shape: [-1] }), 'input', 'shape-mismatch', 'given [-1]'],
  [() => a.expand(['batch', 4]), 'expand', 'shape-mismatch', '[batch, 4]'],
  [() => a.transpose([0, 0]), 'transpose', 'shape-mismatch', '[0, 0]', 'each axis once'],
  [() => row.transpose(), 'transpose', 'shape-mismatch', '[3]'],
  [() => concat([a, signal]), 'concat', 'shape-mismatch', '[batch, 2, 8]', 'axis 0'],
  [() => concat([]), 'concat', 'invalid-option', 'at least one'],
  [() => concat([a, a], 2), 'concat', 'invalid-option', 'axis 2', '-2 to 1'],
  [() => a.slice(1, 2, 5), 'slice', 'shape-mismatch', '2 to 5'],
  [() => a.slice(1, 2, 1), 'slice', 'shape-mismatch', '2 to 1'],
  [() => a.slice(1, 0, 3, 0), 'slice', 'invalid-option', 'step 0'],
  [() => a.unslice(1, 0, 2, 5), 'unslice', 'shape-mismatch', 'size 2 at axis 1'],
  [() => a.pad(0, -1, 0), 'pad', 'invalid-option', 'before -1', 'slice'],
  [() => a.sum(2), 'reduce', 'invalid-option', 'axis 2', '-2 to 1'],
  [() => a.sum([1, -1]), 'sum', 'shape-mismatch', '[1, 1]'],
  [() => truth.max(), 'max', 'dtype-mismatch', 'bool'],
  [() => scalar.argMax(), 'argMax', 'invalid-option', 'at least one axis'],
  [() => a.matmul(b), 'matmul', 'shape-mismatch', '[batch, 3]', '3 and batch'],
  [() => a.matmul(row), 'matmul', 'shape-mismatch', '[3]', 'at least two axes'],
  [() => whole.matmul(whole), 'matmul', 'dtype-mismatch', 'int64'],
  [() => a.affine(row, row), 'affine', 'shape-mismatch', '[3]'],
  [() => scalar.softmax(), 'softmax', 'shape-mismatch', '[]', 'at least one axis'],
  [() => scalar.logSoftmax(), 'logSoftmax', 'shape-mismatch', '[]'],
  [() => b.layerNorm(row, row), 'layerNorm', 'shape-mismatch', '[batch, 4]', 'width'],
  [() => a.gather(a), 'gather', 'dtype-mismatch', 'float32', 'int64'],
  [() => scalar.gather(whole), 'gather', 'shape-mismatch', 'a table with rows'],
  [() => a.scatterAddRows(whole, 2), 'scatterAddRows', 'shape-mismatch', '[n, …] and [n]'],
  [() => row.takeAlong(whole), 'takeAlong', 'shape-mismatch', 'last axis alone'],
  [() => b.scatterAddAlong(whole, 2), 'scatterAddAlong', 'shape-mismatch', '[batch, 4]'],
  [() => whole.softplus(), 'softplus', 'dtype-mismatch', 'int64', "cast('float32')"],
  [() => whole.round(), 'round', 'dtype-mismatch', 'int64'],
  [() => a.clamp(2, 1), 'clamp', 'invalid-option', 'from 2 to 1', 'Swap'],
  [() => a.clamp(Number.NaN, 1), 'clamp', 'invalid-option', 'NaN'],
  [() => a.pow(b), 'pow', 'shape-mismatch', '[batch, 3]', '[batch, 4]'],
  [() => whole.pow(whole), 'pow', 'dtype-mismatch', 'int64'],
  [() => a.min(2), 'reduce', 'invalid-option', 'axis 2'],
  [() => truth.min(), 'min', 'dtype-mismatch', 'bool'],
  [() => scalar.argMin(), 'argMin', 'invalid-option', 'at least one axis'],
  [() => a.norm(1, { order: 3 }), 'norm', 'invalid-option', 'order 3', 'pow(order)'],
  [() => a.topK(4).values, 'topK', 'shape-mismatch', '[batch, 3]', 'axis 1, 3, not 4'],
  [() => a.topK(0.5).values, 'topK', 'shape-mismatch', 'whole k'],
  [() => truth.topK(1).values, 'topK', 'dtype-mismatch', 'bool'],
  [() => scalar.sort().values, 'sort', 'invalid-option', 'at least one axis'],
  [() => a.cumsum(2), 'cumsum', 'invalid-option', 'axis 2', '-2 to 1'],
  [() => truth.cumsum(0), 'cumsum', 'dtype-mismatch', 'bool'],
  [() => a.split(1, [1, 1])[0]!, 'split', 'shape-mismatch', 'add up to axis 1', '[1, 1]'],
  [() => a.split(1, [])[0]!, 'split', 'shape-mismatch', 'not []'],
  [() => a.flip(-3), 'flip', 'invalid-option', 'axis -3'],
  [() => row.tril(), 'triangle', 'shape-mismatch', '[3]', 'at least two axes'],
  [() => a.triu(0.5), 'triangle', 'shape-mismatch', 'not 0.5'],
  [() => a.tile([2]), 'tile', 'shape-mismatch', 'one number an axis', '[2]'],
  [() => a.tile([1, 0]), 'tile', 'invalid-option', '1 0'],
  [() => stack([a, b]), 'stack', 'shape-mismatch', '[batch, 4]', 'one shape', 'concat()'],
  [() => stack([]), 'concat', 'invalid-option', 'at least one'],
  [() => stack([a], 3), 'stack', 'invalid-option', 'axis 3'],
  [() => a.gatherAlong(0, signal), 'takeAlong', 'dtype-mismatch', 'float32'],
  [() => b.gatherAlong(0, whole), 'takeAlong', 'shape-mismatch', 'differ at axis 0 alone'],
  [() => a.rmsNorm(b), 'rmsNorm', 'shape-mismatch', '[batch, 4]', '[…, width] and [width]'],
  [() => a.rmsNorm(double), 'rmsNorm', 'dtype-mismatch', 'float64'],
  [() => signal.conv1d(a), 'conv1d', 'shape-mismatch', '[batch, 2, 8]', '[out, 2, kernel]'],
  [() => signal.unfold1d({ kernel: 9, stride: 1 }), 'unfold1d', 'shape-mismatch', '9'],
  [() => signal.unfold1d({ kernel: 2, stride: 0 }), 'unfold1d', 'invalid-option', 'stride 0'],
  [() => signal.fold1d({ kernel: 3, stride: 1, length: 9 }), 'fold1d', 'shape-mismatch', '3'],
  [() => input('', { dtype: 'float32', shape: [] }), 'input', 'invalid-option', 'empty name'],
  [() => grad(a, [a])[0]!, 'grad', 'shape-mismatch', '[batch, 3]', '.sum()'],
];

describe('a graph refuses what does not fit when it is made', () => {
  test.each(refusals)('%s', (build, where, code, ...words) => {
    let error: unknown;
    try {
      build();
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code, where });
    for (const word of words) expect((error as Error).message).toContain(word);
  });
});

describe('interpret refuses what does not fit when it is fed', () => {
  const y = a.mul(2).add(b.sum(1, { keep: true }));
  const values = (rows: number, columns: number) =>
    hostTensor(
      'float32',
      [rows, columns],
      Array.from({ length: rows * columns }, () => 1),
    );

  test.each([
    ['a missing input', { a: values(2, 3) }, 'missing-signal', 'Feed "b"'],
    [
      'another dtype',
      { a: hostTensor('int64', [1, 1], [1]), b: values(1, 4) },
      'dtype-mismatch',
      'int64',
    ],
    [
      'another number of axes',
      { a: hostTensor('float32', [3], [1, 2, 3]), b: values(1, 4) },
      'shape-mismatch',
      '[batch, 3]',
    ],
    ['another size', { a: values(2, 5), b: values(2, 4) }, 'shape-mismatch', '[2, 5]'],
    [
      'two values for one name',
      { a: values(2, 3), b: values(1, 4) },
      'shape-mismatch',
      'batch = 2',
    ],
    [
      'fewer elements than the shape has',
      { a: { ...values(2, 3), data: new Float32Array(5) }, b: values(2, 4) },
      'shape-mismatch',
      '5 elements',
    ],
  ] as const)('%s', (_what, feeds, code, words) => {
    expect(() => interpret({ y }, feeds)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    );
  });

  test('two inputs of one name', () => {
    const other = input('a', { dtype: 'float32', shape: ['batch', 3] });
    expect(() => interpret({ y: a.add(other) }, { a: values(1, 3) })).toThrow(
      expect.objectContaining({ code: 'duplicate-name' }),
    );
  });

  test('an index outside the table', () => {
    const table = a.gather(whole.slice(1, 0, 1));
    const index = hostTensor('int64', [2, 3], [0, 0, 0, 2, 0, 0]);
    expect(() => interpret({ table }, { a: values(2, 3), whole: index })).toThrow(
      expect.objectContaining({ code: 'invalid-data', given: 'the index 2', where: 'gather' }),
    );
  });

  test('a range that the fed sizes do not hold', () => {
    const first = a.slice(0, 0, 5);
    expect(() => interpret({ first }, { a: values(2, 3) })).toThrow(
      expect.objectContaining({ code: 'shape-mismatch', where: 'slice' }),
    );
  });
});
