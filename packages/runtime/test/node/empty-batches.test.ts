import { hostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  checkpoint,
  concat,
  cond,
  einsum,
  grad,
  input,
  interpret,
  iota,
  oneHot,
  scan,
  stack,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { expectAgree } from '../support/agree.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 2 });
});
afterAll(() => engine.dispose());

const x = input('x', { dtype: 'float32', shape: ['batch', 3] });
const row = (value: number): Tensor => x.scalar(value).expand([3]);

/** Uses of operators over `[batch, 3]`; ONNX Runtime has ended the process over some, where the batch is empty. */
const uses: { readonly [name: string]: () => Tensor } = {
  elementwise: () => x.softplus().add(x.silu()).sub(x.round()).mul(x.clamp(-1, 1)).pow(x),
  softmax: () => x.softmax().mul(x.logSoftmax()),
  'sums over rows': () => x.sum(0).add(x.logSumExp(1).sum()),
  'sums over columns': () => x.mean(1).add(x.variance(1)).add(x.norm(1)),
  extremes: () => x.max(1).sub(x.min(1)),
  positions: () => x.argMax(1).add(x.argMin(1)).cast('float32').mul(x.sum(1)),
  topK: () => x.topK(2).values,
  'topK over the batch': () => x.topK(0, { axis: 0 }).values,
  sort: () => x.sort(1).values,
  'sort over the batch': () => x.sort(0).values,
  cumsum: () => x.cumsum(0).add(x.cumsum(1)),
  gatherAlong: () => x.gatherAlong(1, x.sort(1).indices),
  flip: () => x.flip(0).add(x.flip(1)),
  split: () => concat(x.split(1, [1, 2]).toReversed(), 1),
  tile: () => x.tile([2, 2]),
  stack: () => stack([x, x.neg()], 1),
  triangles: () => x.tril().add(x.triu(1)),
  pad: () => x.pad(1, 1, 1),
  layerNorm: () => x.layerNorm(row(1), row(0)),
  rmsNorm: () => x.rmsNorm(row(1)),
  oneHot: () => oneHot(x.argMax(1), 3).mul(x),
  'an outer product': () => einsum('bi,bj->bij', x, x),
  'rows scattered': () => x.scatterAddRows(iota('batch'), 'batch'),
  checkpoint: () => checkpoint((own) => own!.exp().tanh(), [x]),
  cond: () =>
    cond(
      x.sum().greater(0),
      () => x.sin(),
      () => x.square(),
    ),
  scan: () => {
    const { carry, outputs } = scan(
      ([state], [next]) => ({ carry: [state!.add(next!)], outputs: [state!.mul(next!)] }),
      { carry: [row(0)], over: [x] },
    );
    return outputs[0]!.add(carry[0]!);
  },
};

describe('an empty batch', () => {
  test.each(Object.entries(uses))('%s', async (_name, build) => {
    const y = build();
    const [dx] = grad(y.square().sum(), [x]);
    const feeds = { x: hostTensor('float32', [0, 3], []) };
    const outputs = { y, dx: dx!, x2: x.mul(2) };
    const runner = await engine.load(toOnnx(outputs));
    try {
      const given = await runner.run(feeds);
      const expected = interpret(outputs, feeds);
      for (const name of ['y', 'dx'] as const) {
        expectAgree(name, given[name]!, expected[name], 1e-6);
      }
    } finally {
      await runner.dispose();
    }
  });
});
