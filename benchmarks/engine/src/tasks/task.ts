import type { HostTensors } from '@limbeck/runtime';
import type { Steppable } from '../load-step.js';
import type { SystemOptions } from '../protocol.js';
import { encoderTask } from './encoder.js';
import { gcnTask } from './gcn.js';
import { resnetTask } from './resnet.js';

/** What is trained: a step, and the batches that it is fed in turn. */
export interface Task extends Steppable {
  readonly batches: readonly HostTensors[];
}

/** The tasks by name. */
export type TaskName = 'encoder' | 'resnet' | 'gcn';

const tasks: { readonly [name in TaskName]: (options: SystemOptions) => Task } = {
  encoder: encoderTask,
  resnet: ({ sizes }) => resnetTask(sizes.batch),
  gcn: ({ sizes }) => gcnTask(sizes.batch),
};

/** The task that a system is told to train. */
export function taskOf(options: SystemOptions): Task {
  return tasks[options.task ?? 'encoder'](options);
}
