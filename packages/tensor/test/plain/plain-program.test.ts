import { fc, test } from '@fast-check/vitest';
import { hostTensor, isLimbeckError, type HostTensor } from '@limbeck/core';
import { constant, iota, input, interpret, plainProgram, type Tensor } from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { kernelMakers } from '../../src/plain/all-kernels.js';
import { allOperators } from '../support/all-operators.js';
import { allCases } from '../support/operator-cases.js';
import { randomGraphs } from '../support/random-graphs.js';
import { inputsOf, type Trial } from '../support/trial.js';

/** A trial's feeds in the dtypes that a caller would have. */
function fed({ feeds, specs }: Trial): { [name: string]: HostTensor } {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => {
      const isSingle = specs[name]!.dtype === 'float32';
      return [
        name,
        isSingle ? hostTensor('float32', feed.shape, [...(feed.data as Float64Array)]) : feed,
      ];
    }),
  );
}

function close(name: string, found: HostTensor, expected: HostTensor, tolerance: number): void {
  expect(found.shape, name).toEqual(expected.shape);
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [Number(found.data[i]), Number(expected.data[i])];
    if (Object.is(a, b) || a === b) continue;
    expect(Math.abs(a - b), `${name}[${i}]: ${a} for ${b}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(b)),
    );
  }
}

/** What the reference makes; a use that it refuses, as of windows of padding alone, is no trial. */
function accepted<Made>(make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    fc.pre(!isLimbeckError(error, 'invalid-option'));
    throw error;
  }
}

/** Runs a trial here and in the reference, with some of its inputs known beforehand. */
function compare(trial: Trial, isKnown: (index: number) => boolean, tolerance: number): void {
  const inputs = inputsOf(trial);
  const built = accepted(() => trial.build(inputs));
  // With the inputs, since one may matter for a size alone.
  const outputs = {
    ...inputs,
    ...Object.fromEntries(built.map((tensor, i) => [`output ${i}`, tensor])),
  };
  const feeds = fed(trial);
  const isFixed = (shape: readonly unknown[]): boolean =>
    shape.every((dim) => typeof dim === 'number');
  const values = Object.fromEntries(
    Object.entries(feeds).filter(([name], i) => isKnown(i) && isFixed(trial.specs[name]!.shape)),
  );
  const expected = accepted(() => interpret(outputs, feeds));
  const program = plainProgram(outputs, { values });
  const rest = Object.fromEntries(Object.entries(feeds).filter(([name]) => !(name in values)));
  // Twice: the second run finds used memory.
  program.run(rest);
  for (const [name, found] of Object.entries(program.run(rest))) {
    close(name, found, expected[name]!, tolerance);
  }
}

describe('plainProgram', () => {
  test.each(Object.keys(allCases))('computes %s as the reference does', (name) => {
    fc.assert(
      fc.property(allCases[name]!, fc.nat(3), (trial, known) => {
        compare(trial, (i) => ((known >> i) & 1) === 1, 1e-5);
      }),
      { numRuns: 25, seed: 12 },
    );
  });

  // Of fixed graphs: where values are rounded, sorted or compared, a last digit can decide between two right answers.
  test.prop([randomGraphs, fc.boolean()], { numRuns: 200, seed: 12 })(
    'computes whole graphs as the reference does',
    (trial, known) => {
      // float32 rounds at each node, and log and pow enlarge that near 0.
      compare(trial, () => known, 1e-3);
    },
  );

  test('has loops only for operators that there are', () => {
    const known = new Set(allOperators.map(({ name }) => name));
    expect(Object.keys(kernelMakers).filter((name) => !known.has(name))).toEqual([]);
  });

  test('multiplies rows of zeros as it does full ones', () => {
    const x = input('x', { dtype: 'float32', shape: ['rows', 64] });
    const w = input('w', { dtype: 'float32', shape: [64, 5] });
    const b = input('b', { dtype: 'float32', shape: [5] });
    const weight = hostTensor(
      'float32',
      [64, 5],
      Array.from({ length: 320 }, (_, i) => Math.sin(i)),
    );
    const values = { w: weight, b: hostTensor('float32', [5], [1, 2, 3, 4, 5]) };
    const outputs = { y: x.affine(w, b) };
    const program = plainProgram(outputs, { values });
    for (const every of [1, 20]) {
      const data = Array.from({ length: 192 }, (_, i) => (i % every === 0 ? Math.cos(i) : 0));
      const feeds = { x: hostTensor('float32', [3, 64], data) };
      close('y', program.run(feeds)['y']!, interpret(outputs, { ...values, ...feeds }).y, 1e-6);
    }
  });

  test('keeps what is not finite where rows are mostly zeros', () => {
    const x = input('x', { dtype: 'float32', shape: [1, 8] });
    const w = input('w', { dtype: 'float32', shape: [8, 1] });
    const values = { w: hostTensor('float32', [8, 1], [Infinity, 1, 1, 1, 1, 1, 1, 1]) };
    const { y } = plainProgram({ y: x.matmul(w) }, { values }).run({
      x: hostTensor('float32', [1, 8], [0, 1, 0, 0, 0, 0, 0, 0]),
    });
    expect(y!.data[0]).toBeNaN();
  });

  test('gives results that a later run does not change', () => {
    const x = input('x', { dtype: 'float32', shape: ['n'] });
    const program = plainProgram({ y: x.mul(2), z: x.add(1).reshape(['n', 1]) });
    const first = program.run({ x: hostTensor('float32', [2], [1, 2]) });
    program.run({ x: hostTensor('float32', [2], [5, 6]) });
    expect([...first['y']!.data, ...first['z']!.data]).toEqual([2, 4, 2, 3]);
  });

  test('keeps int64 and whole sizes', () => {
    const x = input('x', { dtype: 'int64', shape: ['n'] });
    const { y } = plainProgram({ y: x.add(iota('n')) }).run({
      x: hostTensor('int64', [2], BigInt64Array.of(2n ** 40n, 7n)),
    });
    expect(y).toEqual({ dtype: 'int64', shape: [2], data: BigInt64Array.of(2n ** 40n, 8n) });
  });

  test('computes what is known once, and forgets what only that was made of', () => {
    const table = constant(hostTensor('int8', [2, 2], Int8Array.of(1, 2, 3, 4)));
    const x = input('x', { dtype: 'float32', shape: ['n', 2] });
    const program = plainProgram({ y: x.matmul(table.cast('float32').mul(0.5)) });
    const { y } = program.run({ x: hostTensor('float32', [1, 2], [1, 1]) });
    expect([...y!.data]).toEqual([2, 3]);
  });

  const x = input('x', { dtype: 'float32', shape: ['n', 2] });
  const feed = hostTensor('float32', [1, 2], [1, 2]);
  test.each([
    ['a feed that is missing', { y: x.neg() }, {}, 'missing-signal'],
    [
      'a feed of another dtype',
      { y: x.neg() },
      { x: { ...feed, dtype: 'int32', data: new Int32Array(2) } },
      'dtype-mismatch',
    ],
    [
      'a feed of another shape',
      { y: x.neg() },
      { x: { ...feed, shape: [2, 1] } },
      'shape-mismatch',
    ],
    [
      'an index outside of a table',
      { y: x.gather(input('i', { dtype: 'int64', shape: [1] })) },
      { x: feed, i: hostTensor('int64', [1], BigInt64Array.of(1n)) },
      'invalid-data',
    ],
  ] as const)('refuses %s', (_name, outputs, feeds, code) => {
    const program = plainProgram(outputs as { y: Tensor });
    const call = (): unknown => program.run(feeds as { [name: string]: HostTensor });
    expect(call).toThrow(expect.toSatisfy((error: unknown) => isLimbeckError(error, code)));
  });

  test('gives float64 that stands for float32 back as float32', () => {
    const w = input('w', { dtype: 'float32', shape: [2] });
    const x = input('x', { dtype: 'float32', shape: [2] });
    const value = hostTensor('float64', [2], [0.1, 0.2]);
    const found = plainProgram({ w, x }, { values: { w: value } }).run({ x: value });
    for (const { dtype, data } of Object.values(found)) {
      expect(dtype).toBe('float32');
      expect(data).toEqual(Float32Array.of(0.1, 0.2));
    }
  });

  test('refuses values that do not fit their input', () => {
    const call = (): unknown =>
      plainProgram({ y: x.neg() }, { values: { x: hostTensor('float32', [3], [1, 2, 3]) } });
    expect(call).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
  });
});
