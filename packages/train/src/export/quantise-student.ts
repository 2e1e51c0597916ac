import { LimbeckError, type Metric } from '@limbeck/core';
import type { Predictions } from '@limbeck/evaluators';
import type { Engine, Runner } from '@limbeck/runtime';
import type { Shippable } from '../program.js';
import type { FlatState } from '../state-tree.js';
import { type Answers, answersOf, meanSquaredGap, predictionsOf } from './answers.js';
import { fileFeeds } from './float-gate.js';
import { checkEvidence, int8Failed, type Int8Gate, int8Gate } from './int8-gate.js';
import {
  dequantise,
  isQuantisable,
  type QuantisedWeight,
  quantiseChecked,
  type Quantiser,
  roundToNearest,
} from './quantise.js';
import { type FileNames, studentGraph } from './student-graph.js';

/** Held-out data for the int8 file's gate. */
export interface Int8Options {
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
  /** How a matrix becomes int8. @defaultValue to the nearest of 255 steps a column */
  readonly quantiser?: Quantiser;
}

/** The int8 file and how it did. */
export interface QuantisedStudent {
  readonly bytes: Uint8Array;
  readonly gate: Int8Gate;
  /** Paths of the matrices that are int8 in it. */
  readonly int8: readonly string[];
  /** Paths of the matrices that had to stay float32. */
  readonly float32: readonly string[];
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
 * The int8 file that passes its gate with as many matrices in int8 as can be: where it fails with all of them, the
 * one that changes the logits most goes back to float32, and so on.
 *
 * @throws LimbeckError `gate-failed` if none can be int8; `invalid-option` for too few rows
 */
export async function quantiseStudent(
  source: QuantiseSource,
  options: Int8Options,
): Promise<QuantisedStudent> {
  const { student, names, output, float32 } = source;
  const { labels, clusters } = options;
  const feeds = (batches: readonly FlatState[]) => batches.map((batch) => fileFeeds(names, batch));
  const labelledFeeds = feeds(options.inputs);
  const few = labels.length < 2000;
  const unlabelledFeeds = few ? feeds(options.unlabelled ?? []) : [];
  checkEvidence(countRows(labelledFeeds), labels.length, countRows(unlabelledFeeds));

  const { metric } = source;
  const labelled = await answersOf(float32, output, labelledFeeds);
  const unlabelled = few ? await answersOf(float32, output, unlabelledFeeds) : undefined;
  const evidence = {
    metric,
    labels,
    clusters,
    labelled: predictionsOf(labelled),
    unlabelled: unlabelled === undefined ? undefined : predictionsOf(unlabelled),
  };

  const chosen = quantiseAll(student, options.quantiser ?? roundToNearest);
  const all = [...chosen.keys()];
  if (all.length === 0) throw nothingToQuantise();
  let order: string[] | undefined;
  for (;;) {
    const graph = studentGraph(student, names, chosen);
    const runner = await source.engine.load(graph);
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
    if (gate.passed && chosen.size > 0) {
      const int8 = [...chosen.keys()];
      return { bytes: graph.bytes, gate, int8, float32: all.filter((path) => !chosen.has(path)) };
    }
    order ??= await byHarm(source, chosen, labelledFeeds, labelled);
    const worst = order.shift();
    if (worst !== undefined) chosen.delete(worst);
    if (chosen.size === 0) throw int8Failed(gate);
  }
}

function nothingToQuantise(): LimbeckError {
  return new LimbeckError('invalid-option', {
    where: 'export, int8',
    given: 'a student without a float32 matrix of at least 256 numbers',
    expected: 'something that int8 makes smaller',
    next: 'Leave int8 out: the float32 file is as small as it gets.',
  });
}

function countRows(batches: readonly FlatState[]): number {
  return batches.reduce((total, batch) => total + (Object.values(batch)[0]?.shape[0] ?? 0), 0);
}

function quantiseAll(student: Shippable, quantiser: Quantiser): Map<string, QuantisedWeight> {
  const chosen = new Map<string, QuantisedWeight>();
  for (const [path, value] of Object.entries(student.values)) {
    if (isQuantisable(value)) chosen.set(path, quantiseChecked(path, value, quantiser));
  }
  return chosen;
}

/** The matrices, the one first that alone moves the logits most. */
async function byHarm(
  { student, trainer, output }: QuantiseSource,
  chosen: ReadonlyMap<string, QuantisedWeight>,
  batches: readonly FlatState[],
  expected: Answers,
): Promise<string[]> {
  const used = Object.fromEntries(
    Object.entries(student.values).filter(([path]) => trainer.inputs[path] !== undefined),
  );
  const harm: [path: string, gap: number][] = [];
  for (const [path, weight] of chosen) {
    // A matrix that the output does not read does no harm.
    const values = path in used ? { ...used, [path]: dequantise(weight) } : used;
    const fed = batches.map((batch) => ({ ...batch, ...values }));
    harm.push([path, meanSquaredGap(expected, await answersOf(trainer, output, fed))]);
  }
  return harm.sort((a, b) => b[1] - a[1]).map(([path]) => path);
}
