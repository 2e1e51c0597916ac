import { hostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { toOnnx } from '@limbeck/tensor';
import type { System, SystemOptions } from '../protocol.js';
import { batchCount } from '../sizes.js';
import { batches, int64, startWeights } from '../start.js';
import { stepGraph } from '../step-graph.js';

/** Limbeck's step on an engine: one graph a step, its state kept by a stepper. */
export async function limbeckStep(engine: Engine, options: SystemOptions): Promise<System> {
  const { sizes } = options;
  const { outputs, carry, state } = stepGraph(startWeights(sizes), options);
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
    runsOn: `ONNX Runtime, ${engine.provider}, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}`,
    step: async () => {
      const step = hostTensor('int64', [], BigInt64Array.of(BigInt(done)));
      const { loss } = await stepper.step({ ...fed[done++ % fed.length]!, step }, ['loss']);
      return Number(loss!.data[0]);
    },
  };
}
