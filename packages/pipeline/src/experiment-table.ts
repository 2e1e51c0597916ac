import { LimbeckError } from '@limbeck/core';

/** One value of each factor of an experiment. */
export type Factors = { readonly [factor: string]: string | number | boolean };

/** What a cell of an experiment measured. */
export interface ExperimentCell {
  /** The seed it ran with. */
  readonly seed: number;
  /** Its metrics, by name. */
  readonly metrics: { readonly [metric: string]: number };
  /** Wall-clock seconds. */
  readonly seconds: number;
}

/** A point of the grid, over its seeds. */
export interface ExperimentPoint {
  /** The value of each factor. */
  readonly factors: Factors;
  /** One a seed, in the order of the seeds. */
  readonly cells: readonly ExperimentCell[];
  /** The mean of each metric over the seeds. */
  readonly mean: { readonly [metric: string]: number };
  /** The sample standard deviation of each metric; null with a single seed. */
  readonly deviation: { readonly [metric: string]: number | null };
}

/** What an experiment came to: the layout of `results.json`. */
export interface ExperimentTable {
  /** The layout's version. */
  readonly formatVersion: 1;
  /** The metrics' names, in the order in which the first cell gives them. */
  readonly metrics: readonly string[];
  /** One entry a point of the grid, the last factor running fastest. */
  readonly points: readonly ExperimentPoint[];
}

/** The cells with means over seeds. @throws LimbeckError `invalid-data` if two cells measure different things */
export function tabulate(
  points: readonly Pick<ExperimentPoint, 'factors' | 'cells'>[],
): ExperimentTable {
  const metrics = Object.keys(points[0]?.cells[0]?.metrics ?? {});
  for (const { factors, cells } of points) {
    for (const cell of cells) checkMetrics(metrics, factors, cell);
  }
  const over = <T>(cells: readonly ExperimentCell[], of: (values: readonly number[]) => T) =>
    Object.fromEntries(
      metrics.map((name) => [name, of(cells.map((cell) => cell.metrics[name] ?? Number.NaN))]),
    );
  return {
    formatVersion: 1,
    metrics,
    points: points.map(({ factors, cells }) => ({
      factors,
      cells,
      mean: over(cells, mean),
      deviation: over(cells, deviation),
    })),
  };
}

/** What one system of a benchmark's result file says: each point of the grid becomes one. */
export interface PointSystem {
  /** The point's values, such as `temperature 2, width 64`. */
  readonly name: string;
  /** The part that it plays. */
  readonly role: 'student' | 'method' | 'baseline';
  /** The point's values as text. */
  readonly factors: { readonly [factor: string]: string };
  /** A metric's values, one a seed. */
  readonly values: { readonly [metric: string]: readonly number[] };
  /** Wall-clock seconds, all seeds together. */
  readonly seconds: number;
}

/**
 * The points of an experiment as the systems of an `ExperimentResult` of `@limbeck/evaluators`, whose file a benchmark commits.
 *
 * @param role - Which part a point plays. @defaultValue 'student' for all
 */
export function experimentSystems(
  table: ExperimentTable,
  role: (factors: Factors) => PointSystem['role'] = () => 'student',
): readonly PointSystem[] {
  return table.points.map(({ factors, cells }) => ({
    name: pointName(factors),
    role: role(factors),
    factors: Object.fromEntries(
      Object.entries(factors).map(([factor, value]) => [factor, String(value)]),
    ),
    values: Object.fromEntries(
      table.metrics.map((name) => [name, cells.map(({ metrics }) => metrics[name] ?? Number.NaN)]),
    ),
    seconds: cells.reduce((sum, { seconds }) => sum + seconds, 0),
  }));
}

/** The table as lines of text: a point a line, each metric's mean and deviation over the seeds. */
export function formatExperiment({ metrics, points }: ExperimentTable): string {
  const factors = Object.keys(points[0]?.factors ?? {});
  const rows = points.map((point) => [
    ...factors.map((factor) => String(point.factors[factor])),
    String(point.cells.length),
    ...metrics.map((name) => {
      const spread = point.deviation[name] ?? null;
      const about = (point.mean[name] ?? Number.NaN).toPrecision(4);
      return spread === null ? about : `${about} ± ${spread.toPrecision(4)}`;
    }),
  ]);
  const all = [[...factors, 'seeds', ...metrics], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, i) =>
          i < factors.length ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function pointName(factors: Factors): string {
  const words = Object.entries(factors).map(([factor, value]) => `${factor} ${String(value)}`);
  return words.length === 0 ? 'all' : words.join(', ');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

function checkMetrics(metrics: readonly string[], factors: Factors, cell: ExperimentCell): void {
  const found = Object.keys(cell.metrics);
  const same = found.length === metrics.length && metrics.every((name) => found.includes(name));
  if (same && metrics.length > 0) return;
  throw new LimbeckError('invalid-data', {
    where: 'experiment',
    given: `the metrics ${found.join(', ') || 'none'} of ${pointName(factors)}, seed ${cell.seed}`,
    expected:
      metrics.length === 0
        ? 'at least one metric a cell'
        : `${metrics.join(', ')}, as the first cell has`,
    next: 'Let every cell return the same metrics, by name.',
  });
}
