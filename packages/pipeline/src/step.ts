import { type Json, type JsonObject, LimbeckError, type StepContext } from '@limbeck/core';
import { type AsJson, toJson } from './json.js';

/** Marks steps, so that they can be told from JSON inputs, even between two copies of this package. */
const mark: unique symbol = Symbol.for('limbeck.step') as never;

/** What a pipeline step's function is given beside its inputs. */
export interface PipelineStepContext extends StepContext {
  /**
   * A folder of the step that outlives changes of its code, config and inputs: for what must not be bought or
   * downloaded twice, filed by content.
   */
  readonly keep: string;
  /**
   * A folder for what only an unfinished step needs, such as checkpoints: it survives a kill, is no part of the output,
   * and is deleted once the step is done.
   */
  readonly scratch: string;
}

/** What a step of any kind looks like to the pipeline. */
export interface PipelineStep<Name extends string = string, Output = unknown> {
  /** Tells a step from a JSON input. */
  readonly [mark]: true;
  /** Lower-case words joined by hyphens; the step's folder bears it. */
  readonly name: Name;
  /** Other steps, or JSON. */
  readonly inputs: { readonly [name: string]: unknown };
  /** What the step was told, as JSON. */
  readonly config: JsonObject;
  /** URL of the module whose code, with all that it imports, is the step's version. */
  readonly module?: string;
  /** Stands in for the hash of the code. */
  readonly version?: string;
  /** Does the work; called only when there is no output for these inputs, config and code. */
  run(
    given: {
      readonly inputs: { readonly [name: string]: unknown };
      readonly folders: { readonly [name: string]: string };
      readonly config: JsonObject;
    },
    context: PipelineStepContext,
  ): Promise<Output>;
}

/** The type of a step's output. */
export type OutputOf<S> = S extends PipelineStep<string, infer Output> ? Output : never;

/** What a step's function sees of its inputs: outputs in place of steps. */
export type StepInputs<Inputs> = {
  readonly [K in keyof Inputs]: Inputs[K] extends PipelineStep<string, infer Output>
    ? Output
    : Widened<Inputs[K]>;
};

/** `number` for `3` and `boolean` for `true`, at every depth: a config holds a value, not the only one there is. */
export type Widened<T> = T extends number
  ? number
  : T extends boolean
    ? boolean
    : T extends string | null | undefined
      ? T
      : { readonly [K in keyof T]: Widened<T[K]> };

/** The folders of the steps among the inputs, where their files lie. */
export type StepFolders<Inputs> = {
  readonly [K in keyof Inputs as Inputs[K] extends PipelineStep ? K : never]: string;
};

/** Inputs of which each is a step or JSON. */
export type JsonInputs<Inputs> = {
  readonly [K in keyof Inputs]: Inputs[K] extends PipelineStep ? Inputs[K] : AsJson<Inputs[K]>;
};

/** How the version of a step's code is known: by the module that holds it, or by a name that you change. */
export type StepCode =
  | {
      /** `import.meta.url` of the file that the step's function stands in. */
      readonly module: string;
      readonly version?: undefined;
    }
  | {
      /** Any text; the step runs again when it changes, and not when the code does. */
      readonly version: string;
      readonly module?: undefined;
    };

/** Options of {@link step}. */
export type StepOptions<Inputs, Config, Output> = StepCode & {
  /** What the step reads: other steps, whose outputs it gets, or JSON. @defaultValue none */
  readonly inputs?: Inputs & JsonInputs<Inputs>;
  /** What the step is told: numbers, names, switches. @defaultValue `{}` */
  readonly config?: Config & AsJson<Config>;
  /**
   * Does the work. What it returns becomes `output.json`; files belong into `context.folder`. After a kill it is
   * called again with `context.resumed` and the files that it had left.
   */
  run(
    given: {
      /** The outputs of the input steps, and the JSON inputs as they are. */
      readonly inputs: StepInputs<Inputs>;
      /** The folders of the input steps. */
      readonly folders: StepFolders<Inputs>;
      /** The config. */
      readonly config: Widened<Config>;
    },
    context: PipelineStepContext,
  ): Promise<Output & AsJson<Output>>;
};

/**
 * A named piece of work whose output is filed under its inputs, config and code version, so that it runs once and
 * again only when one of the three changes. It touches nothing until a pipeline runs it.
 *
 * @throws LimbeckError `invalid-option` for a name that cannot be a folder's; `invalid-data` for a config or an input
 * that is neither a step nor JSON.
 * @example
 * ```ts
 * import { step } from '@limbeck/pipeline';
 *
 * const numbers = step('numbers', { version: '1', config: { count: 3 }, run: async ({ config }) => [...Array(config.count).keys()] });
 * const sum = step('sum', { version: '1', inputs: { numbers }, run: async ({ inputs }) => inputs.numbers.reduce((a, b) => a + b, 0) });
 * console.log(sum.name, Object.keys(sum.inputs)); // sum [ 'numbers' ]
 * ```
 */
export function step<
  const Name extends string,
  Output,
  Inputs extends object = {},
  Config extends object = {},
>(name: Name, options: StepOptions<Inputs, Config, Output>): PipelineStep<Name, Output> {
  checkName('step', name);
  const { inputs = {}, config = {}, module, version } = options;
  if (module === undefined && version === undefined) {
    throw new LimbeckError('invalid-option', {
      where: `step "${name}"`,
      given: 'neither module nor version',
      expected: 'one of them, so that a change of the code is noticed',
      next: 'Pass module: import.meta.url.',
    });
  }
  const checked = Object.entries(inputs).map(([key, input]: [string, unknown]) => [
    key,
    isStep(input) ? input : toJson(`step "${name}", input ${key}`, input),
  ]);
  return {
    [mark]: true,
    name,
    inputs: Object.fromEntries(checked) as { readonly [name: string]: PipelineStep | Json },
    config: toJson(`step "${name}", config`, config) as JsonObject,
    ...(module === undefined ? {} : { module }),
    ...(version === undefined ? {} : { version }),
    run: (given, context) =>
      options.run(given as unknown as Parameters<typeof options.run>[0], context),
  };
}

/** Whether a value was made by {@link step}. */
export function isStep(value: unknown): value is PipelineStep {
  return typeof value === 'object' && value !== null && mark in value;
}

/** Refuses what cannot name a folder on every system. @throws LimbeckError `invalid-option` */
export function checkName(where: string, name: string): void {
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) && name.length <= 60) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `name ${JSON.stringify(name)}`,
    expected:
      'lower-case letters and digits, words joined by single hyphens, at most 60 characters',
    next: 'Use a name such as "train-student".',
  });
}
