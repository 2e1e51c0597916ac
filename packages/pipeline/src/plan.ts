/** What a run would do with one step. */
export interface PlannedStep {
  /** The step's name. */
  readonly step: string;
  /**
   * `cached`: its output is there; `fresh`: it would run; `resumed`: it would go on where it was stopped; `depends`: a step
   * before it would run, and it runs only if that one's output comes out otherwise.
   */
  readonly state: 'cached' | 'fresh' | 'resumed' | 'depends';
  /** The reasons, such as `config.epochs is 4, was 3`; empty when cached. */
  readonly why: readonly string[];
}

/** What a run would do, step by step. */
export interface RunPlan {
  /** The folder that the run has or would have. */
  readonly folder: string;
  /** Whether a run works in the folder now, so that another one would be refused. */
  readonly locked: boolean;
  /** One entry a step, in the order of the run. */
  readonly steps: readonly PlannedStep[];
}

const words = {
  cached: 'cached',
  fresh: 'runs',
  resumed: 'goes on',
  depends: 'may run',
} as const;

/**
 * The plan as lines of text, every reason on a line of its own.
 *
 * @example
 * ```ts
 * import { formatPlan } from '@limbeck/pipeline';
 *
 * const steps = [
 *   { step: 'corpus', state: 'cached', why: [] },
 *   { step: 'train', state: 'fresh', why: ['config.epochs is 4, was 3'] },
 * ] as const;
 * console.log(formatPlan({ folder: 'runs/words-5628ff7a', locked: false, steps }));
 * // step    would   why
 * // corpus  cached
 * // train   runs    config.epochs is 4, was 3
 * ```
 */
export function formatPlan({ steps }: RunPlan): string {
  const rows = steps.flatMap(({ step, state, why }) => {
    const [first = '', ...rest] = why;
    return [[step, words[state], first], ...rest.map((reason) => ['', '', reason])];
  });
  const all = [['step', 'would', 'why'], ...rows];
  const width = (column: number): number =>
    Math.max(...all.map((row) => (row[column] ?? '').length));
  const [first, second] = [width(0), width(1)];
  return all
    .map(([step = '', would = '', why = '']) =>
      `${step.padEnd(first)}  ${would.padEnd(second)}  ${why}`.trimEnd(),
    )
    .join('\n');
}
