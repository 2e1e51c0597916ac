import type { TensorTree } from '@limbeck/tensor';
import { checkEngine, checkOptions, checkProgram, checkSeed } from './check-arguments.js';
import type { Program, StateTree } from './program.js';
import { Run } from './run.js';
import type { TrainOptions, TrainResult } from './train-options.js';

/**
 * Runs a program to its end: compiles each phase once, then does what `next` says.
 *
 * With a checkpoint store the run goes on where an earlier one was killed, and ends with the same bits.
 *
 * @throws LimbeckError `non-finite-loss` naming phase, batch and the first node that was not finite; `interrupted` after an abort, with everything
 * saved; `checkpoint-mismatch` for a checkpoint of another program; `corrupt-file`, `format-too-new` for one that cannot
 * be read; `disk-full`, `io-failed` for one that cannot be written; `empty-data`, `invalid-option`, `unknown-name`
 */
export async function train<
  S extends StateTree,
  B extends { readonly [phase: string]: TensorTree },
>(program: Program<S, B>, options: TrainOptions): Promise<TrainResult<S>> {
  checkProgram('train', program);
  checkOptions('train', options);
  checkEngine('train', options.engine);
  checkSeed('train', options.seed);
  const run = new Run(program, options);
  try {
    await run.start();
    return await run.toEnd();
  } finally {
    await run.dispose();
  }
}
