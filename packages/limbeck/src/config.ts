import type { Pipeline, PipelineStep } from '@limbeck/pipeline';

/** What a configuration sets beside the pipeline, and what an environment may set otherwise. */
export interface LimbeckSettings<
  Steps extends readonly PipelineStep[] = readonly PipelineStep[],
> extends Partial<Pipeline<Steps>> {
  /** The folder that holds the runs, from the configuration's own folder. @defaultValue `.limbeck/runs` where the command runs */
  readonly root?: string;
  /** How many steps may run at once, where none needs the other. @defaultValue 1 */
  readonly parallel?: number;
}

/** What a `limbeck.config.ts` may export in place of a bare pipeline. */
export interface LimbeckConfig<
  Steps extends readonly PipelineStep[] = readonly PipelineStep[],
> extends LimbeckSettings<Steps> {
  /** Configurations that this one builds on: files or folders from here, or installed packages. Earlier ones win. */
  readonly extends?: string | readonly string[];
  /** What holds where `LIMBECK_ENV`, or else `NODE_ENV`, has that name. */
  readonly $env?: { readonly [name: string]: LimbeckSettings };
  /** The same for `development`. */
  readonly $development?: LimbeckSettings;
  /** The same for `production`. */
  readonly $production?: LimbeckSettings;
  /** The same for `test`. */
  readonly $test?: LimbeckSettings;
}

/**
 * A configuration as it is given, with its types. `config`, `seeds` and `publish` of several layers are joined field by
 * field; of everything else, `steps` too, the nearest layer's holds whole.
 *
 * @example
 * ```ts
 * import { defineConfig, step } from 'limbeck';
 *
 * const numbers = step('numbers', { version: '1', run: async () => [1, 2, 3] });
 * const config = defineConfig({
 *   name: 'example',
 *   steps: [numbers],
 *   parallel: 2,
 *   $env: { ci: { config: { size: 'small' } } },
 * });
 * console.log(config.steps?.[0].name); // numbers
 * ```
 */
export function defineConfig<const Steps extends readonly PipelineStep[] = readonly []>(
  config: LimbeckConfig<Steps>,
): LimbeckConfig<Steps> {
  return config;
}
