import { isLimbeckError } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { hostTensor } from '@limbeck/core';
import { input, toOnnx } from '@limbeck/tensor';
import type { Check } from './check.js';

/** Providers that builds of ONNX Runtime may have beside the processor's. */
const providers = ['cuda', 'dml', 'coreml', 'webgpu'];

/** Whether the engine computes, and on what. */
export async function checkEngine(): Promise<readonly Check[]> {
  const cpu = await tryProvider('cpu');
  if (cpu !== undefined) {
    return [{ name: 'engine on cpu', state: 'broken', found: 'no session', note: cpu }];
  }
  const checks: Check[] = [
    { name: 'engine on cpu', state: 'ok', found: 'computes', note: 'a graph ran and was right' },
  ];
  for (const provider of providers) {
    const refused = await tryProvider(provider);
    checks.push(
      refused === undefined
        ? {
            name: `engine on ${provider}`,
            state: 'ok',
            found: 'computes',
            note: 'a graph ran and was right',
          }
        : { name: `engine on ${provider}`, state: 'optional', found: 'not here', note: refused },
    );
  }
  return checks;
}

/** Runs a small product there; says why it cannot. */
async function tryProvider(provider: string): Promise<string | undefined> {
  try {
    const engine = await nodeEngine({ provider, threads: 1 });
    try {
      const x = input('x', { dtype: 'float32', shape: [2, 2] });
      const runner = await engine.load(toOnnx({ y: x.matmul(x) }));
      const { y } = await runner.run({ x: hostTensor('float32', [2, 2], [1, 2, 3, 4]) });
      return y?.data.join() === '7,10,15,22'
        ? undefined
        : `2 × 2 numbers came out as ${y?.data.join()}`;
    } finally {
      await engine.dispose();
    }
  } catch (error) {
    return isLimbeckError(error) ? `${error.given}: ${error.next}` : String(error);
  }
}
