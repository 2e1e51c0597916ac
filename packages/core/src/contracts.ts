import type { LimbeckError } from './errors.js';
import type { LongWork } from './events.js';
import type { Json, JsonObject } from './json.js';
import type { HostTree, Spec, Specs } from './tree.js';

/** The sha256 of an input's canonical JSON, in lower-case hexadecimal: what a target is filed under. */
export type ContentHash = string & { readonly __contentHash?: never };

/** Turns rows into one padded, typed batch. */
export interface Collator<Row, Batch> {
  /** What a batch looks like; the first size of every leaf is usually `"batch"`. */
  readonly specs: Specs<Batch>;
  /** Makes the batch. @throws LimbeckError `empty-data` for no rows */
  collate(rows: readonly Row[]): HostTree<Batch>;
}

/** One batch and where its source stands just behind it. */
export interface Fed<Batch> {
  /** The batch. */
  readonly batch: HostTree<Batch>;
  /** What {@link BatchSource.open} takes to go on behind this batch. */
  readonly position: Json;
  /** Whether the data have been gone through once more with this batch. @defaultValue false */
  readonly endOfEpoch?: boolean;
}

/** Where a training phase's batches come from. `View` is what a live source sees of the run. */
export interface BatchSource<Batch, View = unknown> {
  /** What a batch looks like; sizes that vary from batch to batch are names. */
  readonly specs: Specs<Batch>;
  /** Whether it reads the view (on-policy); then it is never read ahead. @defaultValue false */
  readonly live?: boolean;
  /** The batches behind a position, or from the start. A source that ends is opened again from the start. */
  open(from?: Json, view?: View): AsyncIterable<Fed<Batch>>;
}

/** One input to be labelled. */
export interface Item<Input> {
  /** What the answer is filed under: the hash of the input. */
  readonly key: ContentHash;
  /** What the teacher sees. */
  readonly input: Input;
  /** Which of several samples of the same input this is. */
  readonly sample?: number;
}

/** What an answer cost. */
export interface Cost {
  /** US dollars. */
  readonly usd: number;
  /** Tokens read and written, where the teacher counts them. */
  readonly tokens?: { readonly input: number; readonly output: number };
  /** Wall-clock milliseconds of the call that brought this answer, shared out over its batch. */
  readonly latencyMs: number;
}

/** Where a signal came from. */
export interface Provenance {
  /** The teacher's id. */
  readonly teacher: string;
  /** How the signal was obtained. */
  readonly kind:
    | 'logits'
    | 'probabilities'
    | 'token-log-probabilities'
    | 'samples'
    | 'verbalised'
    | 'rule';
}

/** A teacher's answer to one item, or why there is none. */
export type Answer<Input, Signals> =
  | {
      readonly item: Item<Input>;
      readonly ok: true;
      readonly signals: Signals;
      readonly provenance: Provenance;
      readonly cost: Cost;
      readonly cached: boolean;
    }
  | {
      readonly item: Item<Input>;
      readonly ok: false;
      readonly error: LimbeckError;
      readonly attempts: number;
    };

/** What a teacher can give: one spec a signal, without the batch's size. */
export type SignalSpecs<Signals> = { readonly [K in keyof Signals]: Spec };

/** Options of {@link Teacher.label}. */
export interface LabelOptions extends LongWork {
  /** Which signals to ask for. @defaultValue all */
  readonly outputs?: readonly string[];
  /** In which order answers come. @defaultValue 'input' */
  readonly order?: 'input' | 'completion';
  /** How many items may be in flight at once. */
  readonly maxInFlight?: number;
}

/** A model outside the graph that labels inputs with signals. */
export interface Teacher<Input, Signals> {
  /** Model and revision: what answers are filed under. */
  readonly id: string;
  /** What can be had. */
  readonly signals: SignalSpecs<Signals>;
  /** Answers item by item; a failed item is an answer with `ok: false`, not a throw. */
  label(
    items: AsyncIterable<Item<Input>>,
    options?: LabelOptions,
  ): AsyncIterable<Answer<Input, Signals>>;
}

/** Keeps a teacher's signals by the content hash of their input. */
export interface SignalStore<Signals> {
  /** Stores one answer; an answer with `ok: false` is refused. */
  put(answer: Answer<unknown, Signals>): Promise<void>;
  /** Which of these keys have no answer yet, in their order. */
  missing(keys: Iterable<ContentHash>): AsyncIterable<ContentHash>;
  /**
   * The records, each with its signals.
   * @throws LimbeckError `targets-misaligned` when a record's key has no signals
   */
  join<Row>(
    records: AsyncIterable<Row>,
    key: (record: Row) => ContentHash,
  ): AsyncIterable<Row & { readonly signals: Signals }>;
}

/** Sufficient statistics, one row an item: what significance tests resample. `[items, columns]`, row-major. */
export interface Rows {
  /** How many numbers a row holds. */
  readonly columns: number;
  /** The rows one after another. */
  readonly data: Float64Array;
}

/** A measure of predictions against references. */
export interface Metric<Predictions, References> {
  /** What reports call it, such as `accuracy`. */
  readonly name: string;
  /** Which way is up. */
  readonly higherIsBetter: boolean;
  /** One row an item. */
  rows(predictions: Predictions, references: References): Rows;
  /** The metric's value over the picked rows (with repetition), or over all. */
  value(rows: Rows, pick?: Uint32Array): number;
}

/** Something that learns from rows outside the engine: a rule list, a tree, a table. */
export interface Learner<Input, Output> {
  /** Learns from the rows, forgetting what was learnt before. */
  fit(rows: readonly { readonly input: Input; readonly output: Output }[]): Promise<void>;
  /** One output an input, in their order. */
  predict(inputs: readonly Input[]): Promise<readonly Output[]>;
  /** Writes what was learnt into an existing folder. */
  save(folder: string): Promise<void>;
}

/** Hands out work to whoever asks, at least once. */
export interface WorkQueue<Work, Result> {
  /** Puts work in; a key that is there already changes nothing. */
  add(key: string, work: Work): Promise<void>;
  /** Takes work out until there is none; work whose handler fails or dies is handed out again. */
  process(handle: (work: Work, abortSignal: AbortSignal) => Promise<Result>): Promise<void>;
}

/** What a step's function is given. */
export interface StepContext extends LongWork {
  /** The step's own folder: write nothing outside it. */
  readonly folder: string;
  /** Whether files of an earlier, unfinished try may lie in the folder. */
  readonly resumed: boolean;
}

/** A named piece of a pipeline whose output is addressed by its inputs, config and code version. */
export interface Step<Inputs, Config extends JsonObject, Output extends Json> {
  /** Unique in its pipeline; names the step's folder. */
  readonly name: string;
  /** What it reads: outputs of earlier steps, paths, values. */
  readonly inputs: Inputs;
  /** How it works. */
  readonly config: Config;
  /** Changes when the step's code changes. */
  readonly version: string;
  /** Does the work; what it returns is the step's output. */
  run(
    given: { readonly inputs: Inputs; readonly config: Config },
    context: StepContext,
  ): Promise<Output>;
}
