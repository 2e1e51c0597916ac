import { type HostTensor, LimbeckError, Rng } from '@limbeck/core';
import type { Predict } from './distillation-options.js';
import type { Metrics, RunView } from './program.js';

/**
 * Held-out rows by which a run notices that targets do not belong to their inputs. What the student says is compared
 * with the teacher's signals as they are and permuted: a student that learns anything is nearer to the former. It is
 * never the training loss, which falls for misaligned targets too.
 */
export interface CanaryOptions {
  /** Batches of rows: inputs by the paths of the student's, and what the teacher says of each row. */
  readonly rows: readonly CanaryRows[];
  /** The student's output that is compared, `[rows, width]`. @defaultValue 'logits' */
  readonly output?: string;
  /**
   * What the teacher's numbers are. Logits and probabilities are compared by KL divergence, with the softmax of the
   * student's output; values, such as hidden states, by their squared distance. @defaultValue 'logits'
   */
  readonly signal?: 'logits' | 'probabilities' | 'values';
}

/** One batch of {@link CanaryOptions}. */
export interface CanaryRows {
  /** By the paths of the student's inputs. */
  readonly inputs: { readonly [path: string]: HostTensor };
  /** What the teacher says, float32 `[rows, width]`. */
  readonly teacher: HostTensor;
}

/** By how many standard errors aligned targets must be nearer than permuted ones. */
const enough = 3;

/** The metric of evaluations under which the canary's answer stands, in standard errors. */
const metricName = 'canary';

/** Whether the canary has passed in one of the evaluations. */
export function canaryPassed(evaluations: RunView['evaluations']): boolean {
  return evaluations.some(({ metrics }) => (metrics[metricName] ?? -Infinity) >= enough);
}

/** The steps by which the canary warns, and by which it ends the run: a tenth and half of all. */
export function canarySteps(steps: number): { readonly warn: number; readonly end: number } {
  return { warn: Math.max(1, Math.ceil(steps / 10)), end: Math.max(1, Math.ceil(steps / 2)) };
}

/**
 * Asks the canary, unless it has passed before.
 * @throws LimbeckError `targets-misaligned` from half of the steps on
 */
export async function askCanary(
  options: CanaryOptions,
  steps: number,
  predict: Predict,
  view: Pick<RunView, 'step' | 'evaluations' | 'say'>,
): Promise<Metrics> {
  if (canaryPassed(view.evaluations)) return {};
  const errors = await standardErrors(options, predict);
  const { warn, end } = canarySteps(steps);
  if (errors < enough && view.step >= end) {
    throw new LimbeckError('targets-misaligned', {
      where: `distillation, canary at step ${view.step} of ${steps}`,
      given: `a student nearer to its own targets than to permuted ones by ${errors.toFixed(1)} standard errors`,
      expected: `at least ${enough}`,
      next: "Check that each target was joined by the content key of its input. For a control, such as a shuffled teacher, pass canary: 'off'.",
    });
  }
  if (errors < enough && view.step >= warn) {
    view.say(
      'train/canary',
      { step: view.step, standardErrors: errors, level: 'warn' },
      `The student is no nearer to its targets than to permuted ones (${errors.toFixed(1)} standard errors) at step ${view.step} of ${steps}: are the targets those of these inputs?`,
    );
  }
  return { [metricName]: errors };
}

/** By how many standard errors the divergence from the row's own target is below that from another row's. */
async function standardErrors(options: CanaryOptions, predict: Predict): Promise<number> {
  const { rows, output = 'logits', signal = 'logits' } = options;
  const students: Float64Array[] = [];
  const teachers: Float64Array[] = [];
  for (const { inputs, teacher } of rows) {
    const said = (await predict(inputs, [output]))[output]!;
    if (said.shape.length !== 2 || said.shape.join() !== teacher.shape.join()) {
      throw new LimbeckError('shape-mismatch', {
        where: 'distillation, canary',
        given: `the student's ${output} [${said.shape.join(', ')}] and the teacher's [${teacher.shape.join(', ')}]`,
        expected: 'equal shapes [rows, width]',
        next: 'Name the output that the teacher’s signal speaks of.',
      });
    }
    students.push(...rowsOf(said, signal === 'values' ? same : logSoftmax));
    teachers.push(...rowsOf(teacher, signal === 'logits' ? softmax : same));
  }
  const count = students.length;
  if (count < 2) {
    throw new LimbeckError('empty-data', {
      where: 'distillation, canary',
      given: `${count} rows`,
      expected: 'at least 2, better 200',
      next: "Pass held-out rows, or canary: 'off'.",
    });
  }
  const divergence = signal === 'values' ? squared : klFromLogs;
  const other = otherRows(count);
  const gaps = students.map(
    (student, i) => divergence(teachers[other[i]!]!, student) - divergence(teachers[i]!, student),
  );
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / count;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (count - 1);
  const error = Math.sqrt(variance / count);
  // Equal gaps have no spread: their sign alone decides, kept finite for the record.
  return error === 0 ? Math.sign(mean) * 1e6 : mean / error;
}

/** For each row another one: a cycle through all rows in random order. */
function otherRows(count: number): Uint32Array {
  const order = Rng.from(0).stream('canary').permutation(count);
  const other = new Uint32Array(count);
  for (let i = 0; i < count; i++) other[order[i]!] = order[(i + 1) % count]!;
  return other;
}

function rowsOf(tensor: HostTensor, change: (row: Float64Array) => Float64Array): Float64Array[] {
  const [rows, width] = tensor.shape as [number, number];
  return Array.from({ length: rows }, (_, i) =>
    change(Float64Array.from({ length: width }, (__, j) => Number(tensor.data[i * width + j]))),
  );
}

function same(row: Float64Array): Float64Array {
  return row;
}

function logSoftmax(row: Float64Array): Float64Array {
  const top = row.reduce((most, value) => Math.max(most, value), -Infinity);
  const log = top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
  return row.map((value) => value - log);
}

function softmax(row: Float64Array): Float64Array {
  return logSoftmax(row).map(Math.exp);
}

function squared(teacher: Float64Array, student: Float64Array): number {
  return teacher.reduce((sum, value, i) => sum + (value - student[i]!) ** 2, 0);
}

function klFromLogs(teacher: Float64Array, student: Float64Array): number {
  return teacher.reduce((sum, p, i) => sum + (p > 0 ? p * (Math.log(p) - student[i]!) : 0), 0);
}
