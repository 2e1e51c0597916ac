import { hostTensor, isLimbeckError } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { input, toOnnx } from '@limbeck/tensor';

/** Runs a small product on a provider; says why it cannot, and nothing where it can. */
export async function tryProvider(provider: string): Promise<string | undefined> {
  try {
    const engine = await nodeEngine({ provider, threads: 1 });
    try {
      const x = input('x', { dtype: 'float32', shape: [2, 2] });
      const runner = await engine.load(toOnnx({ y: x.matmul(x) }));
      const { y } = await runner.run({ x: hostTensor('float32', [2, 2], [1, 2, 3, 4]) });
      const shown = y?.data.join(', ') ?? 'nothing';
      return shown === '7, 10, 15, 22' ? undefined : `a product of 2 × 2 numbers gave ${shown}`;
    } finally {
      await engine.dispose();
    }
  } catch (error) {
    return isLimbeckError(error) ? error.given : String(error);
  }
}
