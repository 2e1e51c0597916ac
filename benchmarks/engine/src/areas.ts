import { encoderStep } from './encoder-step.js';
import { generation } from './generation.js';
import { lowering } from './lowering.js';
import { passes } from './passes.js';
import { sessionCreation } from './session-creation.js';
import { taskStep } from './task-step.js';
import { updates } from './updates.js';
import { vocabularyHead } from './vocabulary-head.js';

/** One experiment. */
export interface Area {
  /** What it takes on two quiet cores. */
  readonly seconds: number;
  /** Runs it with flags of its own: `--smoke`, `--rounds`, `--patience`. */
  run(args: readonly string[]): Promise<unknown>;
}

/** All experiments, by the names of their files. */
export const areas: { readonly [name: string]: Area } = {
  'encoder-step': { seconds: 240, run: encoderStep },
  'encoder-step-512': { seconds: 150, run: (args) => encoderStep([...args, '--batch', '8']) },
  'resnet-step': { seconds: 60, run: (args) => taskStep('resnet', args) },
  'gcn-step': { seconds: 60, run: (args) => taskStep('gcn', args) },
  updates: { seconds: 90, run: updates },
  'vocabulary-head': { seconds: 30, run: vocabularyHead },
  generation: { seconds: 30, run: generation },
  'session-creation': { seconds: 30, run: sessionCreation },
  lowering: { seconds: 120, run: lowering },
  passes: { seconds: 120, run: passes },
};
