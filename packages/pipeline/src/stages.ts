/** How long one step of a run took, and why it ran. */
export interface Stage {
  /** The step's name. */
  readonly step: string;
  /** Wall-clock seconds, reading a cached output included. */
  readonly seconds: number;
  /** `fresh`: it ran; `resumed`: it went on after an interruption; `cached`: its output was there. */
  readonly state: 'fresh' | 'resumed' | 'cached';
  /** What made it run, such as `config.epochs is 4, was 3`; empty when cached. */
  readonly why: readonly string[];
}

/** The stages of a run and what lies between them. */
export interface StageTable {
  /** One entry a step, in the order of the run. */
  readonly stages: readonly Stage[];
  /** Seconds outside all steps: start-up, hashing, copying. */
  readonly otherSeconds: number;
  /** Seconds that count in more than one stage, because steps ran at once. @defaultValue 0 */
  readonly overlapSeconds?: number;
  /** Wall-clock seconds in all: the sum of the stages and `otherSeconds`, less `overlapSeconds`. */
  readonly seconds: number;
}

/**
 * The table as lines of text. The figures shown add up: they are rounded together, so that the hundredths of the
 * rows sum to those of the total.
 *
 * @example
 * ```ts
 * import { formatStages } from '@limbeck/pipeline';
 *
 * const stages = [{ step: 'train', seconds: 61.254, state: 'fresh', why: ['first run'] }] as const;
 * console.log(formatStages({ stages, otherSeconds: 0.503, seconds: 61.757 }));
 * // stage  seconds
 * // train    61.26  first run
 * // other     0.50
 * // total    61.76
 * ```
 */
export function formatStages(table: StageTable): string {
  const { stages, otherSeconds, overlapSeconds = 0 } = table;
  const hundredths = roundTogether([...stages.map(({ seconds }) => seconds), otherSeconds]);
  const overlap = Math.round(overlapSeconds * 100);
  const total = hundredths.reduce((sum, value) => sum + value, -overlap);
  const shown = (value: number): string => (value / 100).toFixed(2);
  const rows = [
    ...stages.map(
      ({ step, state, why }) => [step, state === 'cached' ? 'cached' : summary(why)] as const,
    ),
    ['other', ''] as const,
  ].map(([name, note], i) => [name, shown(hundredths[i] ?? 0), note] as const);
  if (overlap > 0) rows.push(['at once', shown(-overlap), ''] as const);
  const all = [['stage', 'seconds', ''] as const, ...rows, ['total', shown(total), ''] as const];
  const nameWidth = Math.max(...all.map(([name]) => name.length));
  const figureWidth = Math.max(...all.map(([, figure]) => figure.length));
  return all
    .map(([name, figure, note]) =>
      `${name.padEnd(nameWidth)}  ${figure.padStart(figureWidth)}  ${note}`.trimEnd(),
    )
    .join('\n');
}

/** The first reason, and how many more there are: the run's events have them all. */
function summary(why: readonly string[]): string {
  const [first = '', ...rest] = why;
  return rest.length === 0 ? first : `${first}; and ${rest.length} more`;
}

/** Whole hundredths whose sum is the sum's, by the method of the largest remainder. */
function roundTogether(seconds: readonly number[]): readonly number[] {
  const exact = seconds.map((value) => Math.max(0, value) * 100);
  const floors = exact.map(Math.floor);
  const spare = Math.round(exact.reduce((a, b) => a + b, 0)) - floors.reduce((a, b) => a + b, 0);
  const byRemainder = exact
    .map((value, i) => ({ i, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder);
  const raised = new Set(byRemainder.slice(0, spare).map(({ i }) => i));
  return floors.map((value, i) => (raised.has(i) ? value + 1 : value));
}
