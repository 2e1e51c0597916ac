import { canonicalJson, LimbeckError } from '@limbeck/core';
import { type ExperimentTable, tabulate } from './experiment-table.js';
import type { Pipeline } from './pipeline.js';
import {
  checkName,
  type JsonInputs,
  type PipelineStep,
  type PipelineStepContext,
  step,
  type StepCode,
  type StepFolders,
  type StepInputs,
} from './step.js';

/** Factors and the values that each is tried with. */
export type Grid = { readonly [factor: string]: readonly (string | number | boolean)[] };

/** One value of each factor. */
export type GridPoint<G extends Grid> = { readonly [K in keyof G]: G[K][number] };

/** Options of {@link experiment}. */
export type ExperimentOptions<G extends Grid, Inputs> = StepCode & {
  /** Lower-case words joined by hyphens; the run's folder begins with it. */
  readonly name: string;
  /** Every value of every factor is tried with every other. */
  readonly grid: G;
  /** Each point of the grid runs once a seed. @defaultValue [0] */
  readonly seeds?: readonly number[];
  /** Steps whose outputs all cells read, or JSON. @defaultValue none */
  readonly inputs?: Inputs & JsonInputs<Inputs>;
  /** One run at one point with one seed. It gives metrics by name, the same names in every cell. */
  cell(
    given: {
      /** The value of each factor. */
      readonly point: GridPoint<G>;
      /** The seed of this run. */
      readonly seed: number;
      /** The outputs of the input steps, and the JSON inputs as they are. */
      readonly inputs: StepInputs<Inputs>;
      /** The folders of the input steps. */
      readonly folders: StepFolders<Inputs>;
    },
    context: PipelineStepContext,
  ): Promise<{ readonly [metric: string]: number }>;
};

/**
 * An experiment over a grid and seeds as a pipeline. Each cell is a step of its own: what is done is not done again, a killed
 * cell goes on from what it saved, a wider grid or another seed runs what is new. The step `results` holds the table
 * of all cells, which the run publishes as `results.json`.
 *
 * @throws LimbeckError `invalid-option` for a factor or seeds without values or with one twice, or a name that cannot be
 * a folder's
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { experiment, formatExperiment } from '@limbeck/pipeline';
 * import { runPipeline } from '@limbeck/pipeline/node';
 *
 * const study = experiment({
 *   name: 'powers',
 *   version: '1',
 *   grid: { power: [1, 2] },
 *   seeds: [3, 5],
 *   cell: async ({ point, seed }) => ({ value: seed ** point.power }),
 * });
 * const quiet = { info() {}, warn() {} };
 * const { outputs } = await runPipeline({ ...study, root: mkdtempSync(`${tmpdir()}/runs-`), logger: quiet });
 * console.log(formatExperiment(outputs.results));
 * // power  seeds          value
 * // 1          2  4.000 ± 1.414
 * // 2          2  17.00 ± 11.31
 * ```
 */
export function experiment<const G extends Grid, Inputs extends object = {}>(
  options: ExperimentOptions<G, Inputs>,
): Pipeline<readonly [PipelineStep<'results', ExperimentTable>]> {
  const { name, grid, seeds = [0], inputs } = options;
  checkName('experiment', name);
  for (const [factor, values] of Object.entries({ ...grid, seeds })) checkValues(factor, values);
  const code = codeOf(options);
  const cells = pointsOf(grid).flatMap((point) =>
    seeds.map((seed) =>
      step<string, CellOutput, Inputs, { point: GridPoint<G>; seed: number }>(
        cellName(point, seed),
        {
          ...code,
          ...(inputs === undefined ? {} : { inputs }),
          config: { point, seed } as never,
          run: async (given, context) => {
            const startMs = performance.now();
            const { inputs: read, folders } = given;
            const metrics = await options.cell({ point, seed, inputs: read, folders }, context);
            return { metrics, seconds: (performance.now() - startMs) / 1000 };
          },
        },
      ),
    ),
  );
  const results = step('results', {
    version: '1',
    inputs: Object.fromEntries(cells.map((cell) => [cell.name, cell])),
    config: { factors: grid, seeds } as never,
    run: async ({ inputs: outputs }): Promise<ExperimentTable> =>
      tabulate(
        pointsOf(grid).map((point) => ({
          factors: point,
          cells: seeds.map((seed) => ({ seed, ...outputs[cellName(point, seed)]! })),
        })),
      ),
  });
  return { name, steps: [results], publish: { 'results.json': 'results/output.json' } };
}

/** What a cell's step comes to. */
interface CellOutput {
  readonly metrics: { readonly [metric: string]: number };
  readonly seconds: number;
}

function codeOf({ module, version }: StepCode): StepCode {
  // Neither is refused by the first step that is made.
  return module === undefined ? { version } : { module };
}

/** Every combination, the last factor running fastest. */
function pointsOf<G extends Grid>(grid: G): readonly GridPoint<G>[] {
  let points: readonly { readonly [factor: string]: string | number | boolean }[] = [{}];
  for (const [factor, values] of Object.entries(grid)) {
    points = points.flatMap((point) => values.map((value) => ({ ...point, [factor]: value })));
  }
  return points as readonly GridPoint<G>[];
}

/** A name that stays with the cell whatever the rest of the grid becomes: words for people, a hash to tell all apart. */
function cellName(point: object, seed: number): string {
  const words = Object.entries(point)
    .map(([factor, value]) => `${factor}-${String(value)}`)
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 36)
    .replace(/-$/, '');
  const parts = ['cell', words, `s${String(seed).replaceAll(/[^a-z0-9]+/gi, '-')}`];
  return `${parts.filter((part) => part !== '').join('-')}-${shortHash(canonicalJson({ point, seed }))}`;
}

/** Eight hexadecimal digits by FNV-1a, which needs no Node. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}

function checkValues(factor: string, values: readonly unknown[]): void {
  const plain = values.every((value) => typeof value !== 'number' || Number.isFinite(value));
  if (plain && values.length > 0 && new Set(values).size === values.length) return;
  throw new LimbeckError('invalid-option', {
    where: 'experiment',
    given: `${factor}: [${values.map(String).join(', ')}]`,
    expected: 'at least one value, each once',
    next:
      factor === 'seeds'
        ? 'Pass whole numbers, such as [1, 2, 3].'
        : 'Leave the factor out, or list its values.',
  });
}
