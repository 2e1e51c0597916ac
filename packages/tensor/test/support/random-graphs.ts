import { type Dim, isLimbeckError } from '@limbeck/core';
import { checkpoint } from '../../src/control/checkpoint.js';
import { cond } from '../../src/control/cond.js';
import { scan } from '../../src/control/scan.js';
import { subtractDims } from '../../src/dims.js';
import { einsum } from '../../src/einsum/einsum.js';
import { concat, constant, dimension, iota, scalar, stack, where } from '../../src/functions.js';
import { grad } from '../../src/graph/grad.js';
import { randomStream } from '../../src/random.js';
import type { Tensor } from '../../src/tensor.js';
import { type Material, type Trial, trials } from './trial.js';

type Move = (m: Material, x: Tensor, y: Tensor) => Tensor;

const isEmpty = (m: Material, x: Tensor): boolean => x.shape.some((dim) => m.size(dim) === 0);

/** One axis of x, or a new one in front where it has none. */
function withAxis(x: Tensor): Tensor {
  return x.shape.length === 0 ? x.reshape([1]) : x;
}

/** Moves through what came after the first operators: rounding, orders, norms, pieces, control. */
const laterMoves: readonly Move[] = [
  (_m, x) => x.softplus().tanh(),
  (_m, x) => x.silu().clamp(-0.75, 0.75),
  (_m, x) => x.abs().add(0.5).pow(1.5).tanh(),
  (_m, x, y) => x.mul(4).round().sub(y.mul(4).floor()).add(x.ceil()).add(y.sign()).tanh(),
  (m, x) => (isEmpty(m, x) ? x : withAxis(x).min(0).tanh()),
  (m, x) => (isEmpty(m, x) ? x : withAxis(x).argMin(0).cast('float32').add(0.5).log().tanh()),
  (m, x) => (isEmpty(m, x) ? x : withAxis(x).variance(-1, { keep: true }).add(x).tanh()),
  (_m, x) => withAxis(x).norm(-1, { keep: true }).add(x).tanh(),
  (m, x) => (isEmpty(m, x) ? x : withAxis(x).logSumExp(-1, { keep: true }).sub(x).tanh()),
  (_m, x) => withAxis(x).cumsum(-1, { exclusive: true, reverse: true }).add(x).tanh(),
  (_m, x) => withAxis(x).sort(-1, { descending: true }).values,
  (_m, x) => {
    const row = withAxis(x);
    return row.gatherAlong(-1, row.sort().indices);
  },
  (_m, x) => withAxis(x).flip(0),
  (_m, x) => withAxis(x).tile(withAxis(x).shape.map((_, axis) => (axis === 0 ? 2 : 1))),
  (_m, x) => {
    const row = withAxis(x).pad(0, 2, 1);
    const [head, tail] = row.split(0, [1, subtractDims(row.shape[0]!, 1)]);
    return tail!.concat([head!.neg()]);
  },
  (_m, x) => {
    const square = withAxis(x).flatten();
    return square.reshape([-1, 1]).mul(square).tril(-1).triu(-3).tanh();
  },
  (_m, x) => {
    const row = withAxis(x);
    return row.rmsNorm(scalar(0.5).expand([row.shape.at(-1)!]), 0.5).tanh();
  },
  (_m, x, y) => stack([x, x.add(y).sumTo(x.shape)], 0).tanh(),
  (_m, x) => {
    const row = withAxis(x).flatten();
    return einsum('i,j->ij', row, row).tanh();
  },
  (_m, x) => checkpoint((own) => own!.exp().tanh(), [x]),
  (_m, x, y) =>
    cond(
      y.sum().greater(0),
      () => x.sin(),
      () => x.square(),
    ),
  (_m, x) => {
    const rows = withAxis(x);
    const first = rows.scalar(0.5).expand(rows.shape.slice(1));
    const { carry, outputs } = scan(
      ([state], [row]) => {
        const next = state!.mul(0.5).add(row!).tanh();
        return { carry: [next], outputs: [next] };
      },
      { carry: [first], over: [rows] },
    );
    return outputs[0]!.add(carry[0]!);
  },
];

/** Moves from one or two float tensors to another. Values stay of size 1 or so, whatever is composed. */
const moves: readonly Move[] = [
  (_m, x) => x.neg(),
  (_m, x) => x.abs().add(1).log(),
  (_m, x) => x.tanh().exp(),
  (_m, x) => x.square().add(0.5).sqrt(),
  (_m, x) => x.sigmoid(),
  (_m, x) => x.relu(),
  (_m, x) => x.gelu().tanh(),
  (_m, x) => x.sin().add(x.cos()),
  (_m, x, y) => x.add(y).mul(0.5),
  (_m, x, y) => x.sub(y).tanh(),
  (_m, x, y) => x.tanh().mul(y),
  (_m, x, y) => x.div(y.abs().add(1)),
  (_m, x, y) => x.maximum(y),
  (_m, x, y) => x.minimum(y),
  (_m, x, y) => where(x.greater(y), x, 0.25),
  (_m, x, y) => where(x.less(y).or(x.greaterOrEqual(0)).and(y.lessOrEqual(1)).not(), x, y),
  (_m, x) => x.sum().tanh(),
  (_m, x) => x.sum([]).tanh(),
  (_m, x) => withAxis(x).mean(-1, { keep: true }).add(x).tanh(),
  (m, x) => (isEmpty(m, x) ? x : withAxis(x).max(0)),
  (_m, x) => x.flatten(),
  (_m, x) => x.transpose(x.shape.map((_, axis) => axis).toReversed()),
  (_m, x) => x.expand([2, ...x.shape]),
  (_m, x) => concat([withAxis(x), withAxis(x).neg()], -1),
  (_m, x) => withAxis(x).pad(0, 1, 2),
  (_m, x) => withAxis(x).slice(-1, 0, undefined, 2),
  (_m, x) => withAxis(x).pad(0, 2, 0).slice(0, 1, 2),
  (_m, x) => withAxis(x).softmax(),
  (_m, x) => withAxis(x).logSoftmax().tanh(),
  (_m, x) => {
    const row = withAxis(x);
    const width = row.shape.at(-1)!;
    return row.layerNorm(scalar(0.5).expand([width]), scalar(0.25).expand([width]), 0.5).tanh();
  },
  (_m, x) => withAxis(x).reshape([-1, withAxis(x).shape.at(-1)!]),
  (_m, x) => {
    const rows = withAxis(x).expand([2, ...withAxis(x).shape]);
    return rows.matmul(rows, { transposeB: true }).tanh();
  },
  (_m, x) => {
    const rows = withAxis(x).flatten().reshape([1, -1]);
    return rows.matmul(rows, { transposeA: true }).tanh();
  },
  (_m, x) => withAxis(x).gather(iota(withAxis(x).shape[0]!)),
  (_m, x) => withAxis(x).scatterAddRows(iota(withAxis(x).shape[0]!), withAxis(x).shape[0]!),
  (_m, x) => {
    const row = withAxis(x).flatten();
    return row.takeAlong(iota(row.shape[0]!)).scatterAddAlong(iota(row.shape[0]!), row.shape[0]!);
  },
  (m, x) => (isEmpty(m, x) ? x : withAxis(x).argMax().cast('float32').tanh()),
  (_m, x) => x.mul(8).cast('int32').mod(3).mul(2).div(3).cast('float32').add(x).tanh(),
  (_m, x) =>
    x
      .abs()
      .mul(8)
      .cast('uint32')
      .bitXor(5)
      .bitAnd(13)
      .shiftLeft(2)
      .shiftRight(1)
      .cast('float32')
      .sin(),
  (_m, x) => x.cast('float64').mul(0.5).cast('float32'),
  (_m, x) => x.equal(x.stopGradient()).cast('float32').mul(x),
  (_m, x) =>
    withAxis(x)
      .mul(dimension(withAxis(x).shape[0]!).cast('float32'))
      .tanh(),
  (_m, x) => {
    const seed = scalar(7, 'uint32');
    return x.add(randomStream({ seed, draw: seed, name: 'noise' }).uniform(x.shape));
  },
  (_m, x) => {
    const signal = withAxis(x).flatten().reshape([1, 1, -1]).pad(2, 3, 0);
    const weight = constant({
      dtype: 'float32',
      shape: [2, 1, 3],
      data: Float32Array.of(1, 2, -1, 0.5, 0, 1),
    });
    return signal.conv1d(weight, { stride: 2 }).tanh();
  },
  (_m, x) => {
    const signal = withAxis(x).flatten().reshape([1, 1, -1]).pad(2, 3, 0);
    const columns = signal.unfold1d({ kernel: 2, stride: 2 });
    return columns.fold1d({ kernel: 2, stride: 2, length: signal.shape[2]! });
  },
  (_m, x) => grad(x.square().tanh().sum(), [x])[0]!,
  ...laterMoves,
];

function attempt(build: () => Tensor, otherwise: Tensor): Tensor {
  try {
    return build();
  } catch (error) {
    // Two shapes that do not broadcast: another move will fit.
    if (isLimbeckError(error, 'shape-mismatch')) return otherwise;
    throw error;
  }
}

/** Random graphs of up to 12 moves over two inputs, with named, fixed and empty sizes. */
export const randomGraphs = trials((m): Trial => {
  const shape: Dim[] = m.shape(0, 3);
  m.floats('x', shape, -1, 1);
  m.floats('y', m.narrower(shape), -1, 1);
  const picks = Array.from(
    { length: m.whole(1, 12) },
    () => [m.whole(0, moves.length - 1), m.whole(0, 99), m.whole(0, 99)] as const,
  );
  return m.trial(({ x, y }) => {
    const pool = [x!, y!];
    for (const [move, i, j] of picks) {
      const [a, b] = [
        pool[pool.length - 1 - (i % Math.min(3, pool.length))]!,
        pool[j % pool.length]!,
      ];
      if (a.shape.length > 4) continue;
      pool.push(attempt(() => moves[move]!(m, a, b), a));
    }
    return pool.slice(-3);
  });
});
