import { nodeEngine } from '@limbeck/runtime/node';
import type { System, SystemOptions } from '../protocol.js';
import { limbeckStep } from './limbeck-step.js';

/** Limbeck on onnxruntime-node. */
export async function limbeck(options: SystemOptions): Promise<System> {
  return limbeckStep(await nodeEngine({ threads: options.threads }), options);
}
