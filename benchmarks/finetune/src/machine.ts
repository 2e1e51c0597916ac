import { createRequire } from 'node:module';
import os from 'node:os';
import type { Machine } from '@limbeck/evaluators';

/** Where this runs. */
export function thisMachine(): Machine {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
    readonly version: string;
  };
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    node: process.version,
    onnxruntime: version,
  };
}
