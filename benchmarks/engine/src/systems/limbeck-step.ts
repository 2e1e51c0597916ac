import { hostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { loadStep } from '../load-step.js';
import type { System, SystemOptions } from '../protocol.js';
import { taskOf } from '../tasks/task.js';

/** Limbeck's step on an engine: one graph a step, its updates in place, its state kept by a stepper. */
export async function limbeckStep(engine: Engine, options: SystemOptions): Promise<System> {
  const task = taskOf(options);
  const { runner, stepper } = await loadStep(engine, task);
  let done = 0;
  return {
    version: '0.0.0',
    runsOn: `ONNX Runtime, ${engine.provider}, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}`,
    step: async () => {
      // A step whose rate never changes does not ask for its number.
      const counted = Object.hasOwn(runner.inputs, 'step')
        ? { step: hostTensor('int64', [], BigInt64Array.of(BigInt(done))) }
        : {};
      const batch = task.batches[done++ % task.batches.length]!;
      const { loss } = await stepper.step({ ...batch, ...counted }, ['loss']);
      return Number(loss!.data[0]);
    },
  };
}
