import { parseArgs } from 'node:util';
import type { AlternateOptions } from './alternate.js';

/** The plan of an experiment in one process, from its command line: `--smoke`, `--rounds 10`, `--patience 600`. */
export function wayPlan(
  args: readonly string[],
  usual: Pick<AlternateOptions, 'rounds' | 'blockSteps'>,
): AlternateOptions & { readonly smoke: boolean } {
  const { values } = parseArgs({
    args: [...args].filter((arg) => arg !== '--'),
    options: {
      smoke: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      patience: { type: 'string' },
    },
  });
  const { smoke } = values;
  return {
    smoke,
    rounds: Number(values.rounds ?? (smoke ? 2 : usual.rounds)),
    blockSteps: smoke ? 2 : usual.blockSteps,
    patience: Number(values.patience ?? (smoke ? 0 : 600)),
  };
}
