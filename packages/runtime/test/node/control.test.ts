import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type HostTensor, hostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  checkpoint,
  cond,
  decodeModel,
  grad,
  input,
  interpret,
  scan,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAgree } from '../support/agree.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 2 });
});
afterAll(() => engine.dispose());

const x = input('x', { dtype: 'float32', shape: ['steps', 4] });

async function expectAgreement(
  outputs: { readonly [name: string]: Tensor },
  feeds: { readonly [name: string]: HostTensor },
): Promise<void> {
  const runner = await engine.load(toOnnx(outputs));
  try {
    const given = await runner.run(feeds);
    const expected = interpret(outputs, feeds);
    for (const name of Object.keys(outputs)) {
      expectAgree(name, given[name]!, expected[name]!, 1e-5);
    }
  } finally {
    await runner.dispose();
  }
}

function rows(count: number): HostTensor {
  const data = Float32Array.from({ length: count * 4 }, (_, i) => Math.sin(i) / 2);
  return hostTensor('float32', [count, 4], data);
}

/** How many nodes of each type ONNX Runtime runs, after its own optimiser. */
async function optimised(bytes: Uint8Array): Promise<(type: string) => number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'limbeck-optimised-'));
  try {
    const file = path.join(folder, 'model.onnx');
    const options = { graphOptimizationLevel: 'extended', optimizedModelFilePath: file } as const;
    const session = await InferenceSession.create(bytes, options);
    await session.release();
    const { graph } = decodeModel(await readFile(file));
    return (type) => graph!.node.filter(({ opType }) => opType === type).length;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('ONNX Runtime runs graphs inside nodes', () => {
  const running = scan(
    ([mean], [row]) => {
      const next = mean!.mul(0.9).add(row!.mul(0.1)).tanh();
      return { carry: [next], outputs: [next] };
    },
    { carry: [x.scalar(0).expand([4])], over: [x] },
  );

  test.each([0, 1, 2, 1000])('a scan of %i steps, and its gradient', async (steps) => {
    const loss = running.outputs[0]!.square().sum();
    const [dx] = grad(loss, [x]);
    await expectAgreement({ loss, last: running.carry[0]!, dx: dx! }, { x: rows(steps) });
  });

  test('the branch that is chosen, and its gradient', async () => {
    const y = cond(
      x.sum().greater(0),
      () => x.exp(),
      () => x.square(),
    );
    const [dx] = grad(y.sum(), [x]);
    for (const sign of [1, -1]) {
      const data = Float32Array.from({ length: 8 }, (_, i) => (sign * (i + 1)) / 8);
      await expectAgreement({ y, dx: dx! }, { x: hostTensor('float32', [2, 4], data) });
    }
  });
});

describe('a checkpoint', () => {
  test('is computed twice, whatever ONNX Runtime thinks is the same', async () => {
    const w = input('w', { dtype: 'float32', shape: [4, 4] });
    const block = (given: Tensor): Tensor => given.matmul(w).sin().exp().sin();
    const file = (y: Tensor): Uint8Array => {
      const loss = y.square().mean();
      return toOnnx({ loss, dw: grad(loss, [w])[0]! }).bytes;
    };
    const [plain, light] = await Promise.all([
      optimised(file(block(x))),
      optimised(file(checkpoint((given) => block(given!), [x]))),
    ]);
    expect([plain('Sin'), plain('Exp')]).toEqual([2, 1]);
    // The derivative of the last sine does not need its value.
    expect([light('Sin'), light('Exp')]).toEqual([3, 2]);
  });
});
