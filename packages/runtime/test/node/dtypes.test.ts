import { allocate, type DType, type HostTensor, isLimbeckError } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  concat,
  constant,
  input,
  interpret,
  iota,
  type Tensor,
  toOnnx,
  where,
} from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { expectAgree } from '../support/agree.js';

const dtypes: readonly DType[] = [
  'float32',
  'float64',
  'int64',
  'int32',
  'uint32',
  'uint8',
  'int8',
  'bool',
];

/** Uses of operators that may take more than one dtype; `i` holds indices, int64 `[2, 3]`. */
const uses: { readonly [name: string]: (a: Tensor, b: Tensor, i: Tensor) => Tensor } = {
  add: (a, b) => a.add(b),
  sub: (a, b) => a.sub(b),
  mul: (a, b) => a.mul(b),
  div: (a, b) => a.div(b),
  maximum: (a, b) => a.maximum(b),
  minimum: (a, b) => a.minimum(b),
  mod: (a, b) => a.mod(b),
  bitXor: (a, b) => a.bitXor(b),
  bitAnd: (a, b) => a.bitAnd(b),
  shiftLeft: (a, b) => a.shiftLeft(b),
  shiftRight: (a, b) => a.shiftRight(b),
  equal: (a, b) => a.equal(b),
  greater: (a, b) => a.greater(b),
  greaterOrEqual: (a, b) => a.greaterOrEqual(b),
  less: (a, b) => a.less(b),
  lessOrEqual: (a, b) => a.lessOrEqual(b),
  and: (a, b) => a.and(b),
  or: (a, b) => a.or(b),
  where: (a, b) => where(a.cast('bool'), a, b),
  neg: (a) => a.neg(),
  abs: (a) => a.abs(),
  not: (a) => a.not(),
  exp: (a) => a.exp(),
  log: (a) => a.log(),
  sqrt: (a) => a.sqrt(),
  tanh: (a) => a.tanh(),
  sigmoid: (a) => a.sigmoid(),
  relu: (a) => a.relu(),
  sin: (a) => a.sin(),
  cos: (a) => a.cos(),
  stopGradient: (a) => a.stopGradient(),
  sum: (a) => a.sum(1),
  mean: (a) => a.mean(),
  max: (a) => a.max(-1),
  argMax: (a) => a.argMax(),
  reshape: (a) => a.reshape([3, 2]),
  expand: (a) => a.reshape([2, 1, 3]).expand([2, 2, 3]),
  transpose: (a) => a.transpose(),
  slice: (a) => a.slice(1, 0, 3, 2),
  pad: (a) => a.pad(1, 1, 2),
  'unslice with a step': (a) => a.unslice(1, 1, 7, 7, 2),
  concat: (a, b) => concat([a, b], 1),
  'gather (table)': (a, _b, i) => a.gather(i.minimum(1)),
  'takeAlong (values)': (a, _b, i) => a.takeAlong(i),
  'scatterAddRows (rows)': (a, _b, i) => a.scatterAddRows(i.slice(1, 0, 1).flatten(), 4),
  'scatterAddAlong (values)': (a, _b, i) => a.scatterAddAlong(i, 4),
  'gather (indices)': (a) => iota(10).mul(3).gather(a),
  'takeAlong (indices)': (a, _b, i) => concat([i, i], 1).takeAlong(a),
  matmul: (a, b) => a.matmul(b, { transposeB: true }),
  'matmul of batches': (a, b) =>
    a.reshape([1, 2, 3]).matmul(b.reshape([1, 2, 3]), { transposeB: true }),
  affine: (a, b) => a.affine(b.transpose(), b.slice(1, 0, 1).flatten()),
  softmax: (a) => a.softmax(),
  logSoftmax: (a) => a.logSoftmax(),
  layerNorm: (a, b) => a.layerNorm(b.slice(0, 0, 1).flatten(), b.slice(0, 1, 2).flatten()),
};

/** Six elements of a dtype; `shift` makes the second operand other than the first. */
function values(dtype: DType, shift: number): HostTensor {
  const data = allocate(dtype, 6);
  for (let i = 0; i < 6; i++) {
    const whole = dtype === 'bool' ? (i * (shift + 1)) % 2 : ((i * 5 + shift * 3) % 4) + shift;
    const signed = dtype.startsWith('u') || dtype === 'bool' || shift > 0 ? whole : whole - 1;
    data[i] = dtype === 'int64' ? BigInt(signed) : signed;
  }
  return { dtype, shape: [2, 3], data };
}

const indices: HostTensor = {
  dtype: 'int64',
  shape: [2, 3],
  data: BigInt64Array.from([0n, 2n, 1n, 1n, 0n, 0n]),
};

/** What a use gives on both engines, or undefined where the operator refuses the dtype. */
async function compare(
  what: string,
  build: (a: Tensor, b: Tensor, i: Tensor) => Tensor,
  dtype: DType,
): Promise<'refused' | 'agrees'> {
  const spec = { dtype, shape: ['rows', 3] };
  const inputs = [
    input('a', spec),
    input('b', { dtype, shape: [2, 3] }),
    constant(indices),
  ] as const;
  let y: Tensor;
  try {
    // One operand of numbers, so that no case depends on names.
    y = build(input('a', { dtype, shape: [2, 3] }), inputs[1], inputs[2]);
  } catch (error) {
    if (isLimbeckError(error, 'dtype-mismatch')) return 'refused';
    throw error;
  }
  const isIndex = what.includes('(indices)');
  const a = isIndex && dtype.startsWith('int') ? { ...values(dtype, 1) } : values(dtype, 0);
  const feeds: { readonly [name: string]: HostTensor } = { a, b: values(dtype, 1) };
  const graph = toOnnx({ y });
  const engine = await nodeEngine({ threads: 1 });
  try {
    const runner = await engine.load(graph);
    const used = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, feeds[name]!]));
    const given = (await runner.run(used))['y']!;
    const expected = interpret({ y }, used).y;
    expect({ what, dtype: given.dtype }).toEqual({ what, dtype: y.dtype });
    expectAgree(what, given, expected, y.dtype.startsWith('float') ? 1e-6 : 0);
  } catch (cause) {
    throw new Error(`${what} failed`, { cause });
  } finally {
    await engine.dispose();
  }
  return 'agrees';
}

describe('every dtype that an operator takes has a kernel, which gives what the interpreter gives', () => {
  test.each(Object.entries(uses))('%s', async (name, build) => {
    const found: string[] = [];
    for (const dtype of dtypes) {
      const result = await compare(`${name} of ${dtype}`, build, dtype);
      if (result === 'agrees') found.push(dtype);
    }
    expect(found).not.toEqual([]);
  });

  test.each(dtypes)('cast from %s to every dtype', async (from) => {
    for (const to of dtypes) {
      await compare(`cast of ${from} to ${to}`, (a) => a.cast(to), from);
    }
  });
});
