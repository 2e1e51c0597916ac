import { hostTensor } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { toOnnx } from '@limbeck/tensor';
import type { System, SystemOptions } from '../protocol.js';
import { batchCount } from '../sizes.js';
import { batches, int64, startWeights } from '../start.js';
import { stepGraph } from '../step-graph.js';

/** Limbeck on ONNX Runtime: one graph a step, its state kept by a stepper. */
export async function limbeck(options: SystemOptions): Promise<System> {
  const { sizes, threads } = options;
  const { outputs, carry, state } = stepGraph(startWeights(sizes), options);
  const engine = await nodeEngine({ threads });
  const runner = await engine.load(toOnnx(outputs));
  const stepper = await runner.stepper({ carry, state });
  const text = [sizes.batch, sizes.tokens];
  const fed = batches(sizes, batchCount).map(({ ids, mask, labels }) => ({
    ids: int64(text, ids),
    mask: int64(text, mask),
    labels: int64([sizes.batch], labels),
  }));
  let done = 0;
  return {
    version: '0.0.0',
    runsOn: `ONNX Runtime, ${engine.provider}, ${threads} threads`,
    step: async () => {
      const step = hostTensor('int64', [], BigInt64Array.of(BigInt(done)));
      const { loss } = await stepper.step({ ...fed[done++ % fed.length]!, step }, ['loss']);
      return Number(loss!.data[0]);
    },
  };
}
