/** What a family's training would take, from steps that were measured. */
export interface Forecast {
  readonly secondsPerStep: number;
  /** Of all its students. */
  readonly seconds: number;
  /** How many seeds fit: all, one, or none. */
  readonly seeds: readonly number[];
}

/** Evaluations, exports and answers beside the steps, as a share of them; measured, a little on the safe side. */
const besides = 1.25;

/**
 * How many seeds of a family fit into what is left of the budget: all that are asked for, the first alone, or none.
 *
 * @param students - how many students a seed trains
 */
export function forecast(
  secondsPerStep: number,
  steps: number,
  students: number,
  seeds: readonly number[],
  secondsLeft: number,
): Forecast {
  const each = besides * secondsPerStep * steps * students;
  const fitting =
    seeds.length * each <= secondsLeft ? seeds : each <= secondsLeft ? seeds.slice(0, 1) : [];
  return { secondsPerStep, seconds: (fitting.length || seeds.length) * each, seeds: fitting };
}
