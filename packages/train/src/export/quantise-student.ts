import type { Metric } from '@limbeck/core';
import type { Predictions } from '@limbeck/evaluators';
import type { Engine, Runner } from '@limbeck/runtime';
import type { Shippable } from '../program.js';
import type { FlatState } from '../state-tree.js';
import { type Answers, answersOf, meanSquaredGap, predictionsOf } from './answers.js';
import { fileFeeds } from './float-gate.js';
import { checkEvidence, int8Failed, type Int8Gate, int8Gate } from './int8-gate.js';
import { floatsOf, type StorageOptions, type StoredWeight } from './store-weights.js';
import { type FileNames, storedGraph } from './student-graph.js';

/** Held-out data for a quantised file's gate. */
export interface HeldOut {
  /** Batches of inputs by the paths of the model's inputs; rows with labels, that took no part in training. */
  readonly inputs: readonly FlatState[];
  /** The class of each row. */
  readonly labels: ArrayLike<number>;
  /** The group (package, document, person) of each row: what the bootstrap draws. @defaultValue each row by itself */
  readonly clusters?: ArrayLike<string | number>;
  /** Batches without labels, needed below 2,000 rows with labels: at least 2,000 rows. @defaultValue none */
  readonly unlabelled?: readonly FlatState[];
  /** What must not drop; a share in [0, 1]. @defaultValue `accuracy()` */
  readonly metric?: Metric<Predictions, ArrayLike<number>>;
}

/** How one kind of quantised file is made. */
export interface Quantisation extends StorageOptions {
  /** What errors call it. */
  readonly kind: 'int8' | 'int4';
  /** Every value that can be stored in fewer bits, as small as can be. */
  readonly weights: ReadonlyMap<string, StoredWeight>;
  /** How a value is stored that does harm as it was; undefined for float32. */
  weaker(path: string, stored: StoredWeight): StoredWeight | undefined;
}

/** A quantised file and how it did. */
export interface QuantisedStudent {
  readonly bytes: Uint8Array;
  readonly gate: Int8Gate;
  /** How each value is stored that could have been made smaller. */
  readonly stored: { readonly [path: string]: StoredWeight['kind'] | 'float32' };
}

/** What {@link quantiseStudent} works with. */
export interface QuantiseSource {
  readonly student: Shippable;
  readonly names: FileNames;
  /** The file's output that the labels speak of. */
  readonly output: string;
  readonly engine: Engine;
  readonly metric: Metric<Predictions, ArrayLike<number>>;
  /** The float32 file, loaded. */
  readonly float32: Runner;
  /** The trainer's forward pass, whose values are fed. */
  readonly trainer: Runner;
}

/**
 * The quantised file that passes its gate with as many matrices in few bits as can be: where it fails with all of them,
 * the one that changes the logits most gets more bits, and so on.
 *
 * @throws LimbeckError `gate-failed` if none can be quantised; `invalid-option` for too few rows
 */
export async function quantiseStudent(
  source: QuantiseSource,
  heldOut: HeldOut,
  how: Quantisation,
): Promise<QuantisedStudent> {
  const { student, names, output, float32, metric } = source;
  const { labels, clusters } = heldOut;
  const feeds = (batches: readonly FlatState[]) => batches.map((batch) => fileFeeds(names, batch));
  const labelledFeeds = feeds(heldOut.inputs);
  const few = labels.length < 2000;
  const unlabelledFeeds = few ? feeds(heldOut.unlabelled ?? []) : [];
  const where = `export, ${how.kind}`;
  checkEvidence(where, countRows(labelledFeeds), labels.length, countRows(unlabelledFeeds));

  const labelled = await answersOf(float32, output, labelledFeeds);
  const unlabelled = few ? await answersOf(float32, output, unlabelledFeeds) : undefined;
  const evidence = {
    metric,
    labels,
    clusters,
    labelled: predictionsOf(labelled),
    unlabelled: unlabelled === undefined ? undefined : predictionsOf(unlabelled),
  };

  const chosen = new Map(how.weights);
  let order: string[] = [];
  for (;;) {
    const { bytes } = storedGraph(student, names, chosen, how);
    // From the bytes alone: what is gated is what ships.
    const runner = await source.engine.load(bytes);
    let gate: Int8Gate;
    try {
      const ours = await answersOf(runner, output, labelledFeeds);
      const others = few ? await answersOf(runner, output, unlabelledFeeds) : undefined;
      gate = int8Gate(
        evidence,
        predictionsOf(ours),
        others === undefined ? undefined : predictionsOf(others),
      );
    } finally {
      await runner.dispose();
    }
    if (gate.passed) {
      const stored = [...how.weights.keys()].map(
        (path) => [path, chosen.get(path)?.kind ?? 'float32'] as const,
      );
      return { bytes, gate, stored: Object.fromEntries(stored) };
    }
    // A round for each number of bits: all that are left get more once before one gets more twice.
    if (order.length === 0) order = await byHarm(source, chosen, labelledFeeds, labelled);
    const worst = order.shift()!;
    const weaker = how.weaker(worst, chosen.get(worst)!);
    if (weaker === undefined) chosen.delete(worst);
    else chosen.set(worst, weaker);
    if (chosen.size === 0) throw int8Failed(gate, how.kind);
  }
}

function countRows(batches: readonly FlatState[]): number {
  return batches.reduce((total, batch) => total + (Object.values(batch)[0]?.shape[0] ?? 0), 0);
}

/** The matrices, the one first that alone moves the logits most. */
async function byHarm(
  { student, trainer, output }: QuantiseSource,
  chosen: ReadonlyMap<string, StoredWeight>,
  batches: readonly FlatState[],
  expected: Answers,
): Promise<string[]> {
  const used = Object.fromEntries(
    Object.entries(student.values).filter(([path]) => trainer.inputs[path] !== undefined),
  );
  const harm: [path: string, gap: number][] = [];
  for (const [path, stored] of chosen) {
    // A matrix that the output does not read does no harm.
    const values = path in used ? { ...used, [path]: floatsOf(stored) } : used;
    const fed = batches.map((batch) => ({ ...batch, ...values }));
    harm.push([path, meanSquaredGap(expected, await answersOf(trainer, output, fed))]);
  }
  return harm.sort((a, b) => b[1] - a[1]).map(([path]) => path);
}
