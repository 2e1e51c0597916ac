import { isLimbeckError, type Metric } from '@limbeck/core';
import {
  accuracy,
  bootstrap,
  type Confusion,
  confusion,
  ece,
  type Interval,
  macroF1,
  nll,
  type Predictions,
  type References,
} from '@limbeck/evaluators';
import { loadStudent } from '@limbeck/predict/node';
import { studentFolder } from '../export/find-student.js';
import type { CommandIo } from '../io.js';
import { classesOf } from '../onnx/labels.js';
import { column, readRows, type Row, textColumn } from '../rows.js';
import { formatTable, percent } from '../tables.js';
import { choiceOption } from './command.js';

const where = 'limbeck eval';

/** Options of {@link evaluate}. */
export interface EvalCommand {
  /** A student's folder, or that of a run that published one. */
  readonly student: string;
  /** Rows with labels. */
  readonly data: string;
  /** The field with the text. @defaultValue `text` */
  readonly text?: string | undefined;
  /** The field with the label. @defaultValue the one that the student learnt, else `label` */
  readonly label?: string | undefined;
  /** A field whose rows belong together: what the bootstrap draws. @defaultValue each row by itself */
  readonly group?: string | undefined;
  /** `float32` or `int8`. @defaultValue `float32` */
  readonly precision?: string | undefined;
  /** Prints the result as JSON. @defaultValue false */
  readonly json?: boolean | undefined;
}

/** What is measured, as it is called in the table, and how it is shown. */
const metrics: readonly {
  readonly name: string;
  readonly metric: Metric<Predictions, References>;
  readonly show: (value: number) => string;
}[] = [
  { name: 'accuracy', metric: accuracy(), show: percent },
  { name: 'macro F1', metric: macroF1(), show: percent },
  { name: 'calibration error', metric: ece(), show: percent },
  { name: 'loss (nats)', metric: nll(), show: (value) => value.toFixed(3) },
];

/** What {@link evaluate} measured of one metric: an interval of 95%, or why there is no value. */
type Measured = Interval | { readonly undefined: string };

/**
 * Measures a student on labelled rows: metrics with intervals, and which classes it takes for which.
 *
 * @throws LimbeckError as `loadStudent` and the readers; `invalid-record`, `label-out-of-range` for rows that do not fit
 */
export async function evaluate(io: CommandIo, given: EvalCommand): Promise<void> {
  const precision = choiceOption(where, 'precision', given.precision, ['float32', 'int8']);
  const rows = await readRows(io, where, given.data);
  const texts = textColumn(where, rows, given.text ?? 'text');
  const clusters =
    given.group === undefined ? undefined : column(where, rows, given.group, 'group').map(String);
  const student = await loadStudent(await studentFolder(io, where, given.student), { precision });
  try {
    const { labels } = student;
    const field = given.label ?? labelField(rows, student.config.field);
    const named = column(where, rows, field, 'label');
    const references = classesOf(where, named, labels);
    const answers = await student.predict(texts);
    const predictions: Predictions = {
      classes: labels.length,
      probabilities: Float64Array.from(
        answers.flatMap(({ probabilities }) => labels.map((label) => probabilities[label] ?? 0)),
      ),
    };
    const measured = metrics.map(
      ({ name, metric }) => [name, measure(metric, predictions, references, clusters)] as const,
    );
    const taken = confusion(predictions, references);
    if (given.json === true) {
      const result = { metrics: Object.fromEntries(measured), confusion: taken.counts };
      return io.out(JSON.stringify({ rows: rows.length, labels, ...result }, null, 2));
    }
    io.out(formatMeasured(measured, rows.length));
    io.out(`\n${formatConfusion(taken, labels)}`);
  } finally {
    await student.dispose();
  }
}

/** The field that the student's answers are called by; `label` in rows that have no such field, but that. */
function labelField(rows: readonly Row[], field: string): string {
  const has = (name: string): boolean => rows.some((row) => Object.hasOwn(row, name));
  return !has(field) && has('label') ? 'label' : field;
}

/** A metric that has no value on these rows is told, and the others are measured all the same. */
function measure(
  metric: Metric<Predictions, References>,
  predictions: Predictions,
  references: References,
  clusters: readonly string[] | undefined,
): Measured {
  try {
    return bootstrap(metric, metric.rows(predictions, references), { clusters });
  } catch (error) {
    if (!isLimbeckError(error, 'undefined-metric') && !isLimbeckError(error, 'invalid-data')) {
      throw error;
    }
    return { undefined: error.given };
  }
}

function formatMeasured(
  measured: readonly (readonly [name: string, Measured])[],
  rows: number,
): string {
  const shown = measured.map(([name, value], i) => {
    const { show } = metrics[i]!;
    if ('undefined' in value) return [name, '–', value.undefined];
    return [name, show(value.value), `${show(value.low)} to ${show(value.high)}`];
  });
  const table = formatTable(['metric', 'value', '95% interval'], shown);
  return `${table}\non ${rows} rows`;
}

/** Up to here a table of all classes is worth reading. */
const mostClasses = 10;

function formatConfusion({ counts }: Confusion, labels: readonly string[]): string {
  if (labels.length <= mostClasses) {
    const rows = counts.map((row, i) => [labels[i] ?? '', ...row.map(String)]);
    return `rows are the truth, columns the answers\n${formatTable(['', ...labels], rows)}`;
  }
  const mistakes = counts
    .flatMap((row, i) =>
      row.map((count, j) => ({ count, truth: labels[i]!, answer: labels[j]!, wrong: i !== j })),
    )
    .filter(({ count, wrong }) => wrong && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, mostClasses);
  if (mistakes.length === 0) return 'no mistakes';
  return formatTable(
    ['truth', 'answer', 'rows'],
    mistakes.map(({ truth, answer, count }) => [truth, answer, String(count)]),
    ['left', 'left', 'right'],
  );
}
