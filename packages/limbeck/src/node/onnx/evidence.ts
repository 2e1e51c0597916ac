import { LimbeckError, type Metric, type Spec } from '@limbeck/core';
import { accuracy, macroF1, type Predictions } from '@limbeck/evaluators';
import { choiceOption } from '../commands/command.js';
import type { CommandIo } from '../io.js';
import { column, readRows, type Row, textColumn } from '../rows.js';
import { classesOf } from './labels.js';
import type { ModelConfig } from './model-config.js';
import { numericFeeds } from './numeric-feeds.js';
import type { Feeds, QuantiseOptions } from './quantise-onnx.js';
import { readsTexts, textFeeds } from './text-feeds.js';

/** Options that say by which rows a smaller file is judged. */
export interface EvidenceOptions {
  /** Held-out rows with labels. */
  readonly data: string;
  /** Rows without. @defaultValue none */
  readonly unlabelled?: string | undefined;
  /** The field with the text. @defaultValue `text` */
  readonly text?: string | undefined;
  /** The field with the label. @defaultValue `label` */
  readonly label?: string | undefined;
  /** `accuracy` or `macro-f1`. @defaultValue `accuracy` */
  readonly metric?: string | undefined;
}

/** How many rows run at once. */
const batchSize = 32;

/** The gate wants so many rows with labels, or without. */
const enoughRows = 2000;

/**
 * Reads the rows that a smaller file is judged by.
 *
 * @throws LimbeckError `invalid-option` for too few; for rows that do not fit the model
 */
export async function readEvidence(
  io: CommandIo,
  where: string,
  given: EvidenceOptions,
  model: {
    readonly inputs: { readonly [name: string]: Spec };
    readonly config: ModelConfig;
    readonly folders: readonly string[];
  },
): Promise<Pick<QuantiseOptions, 'labelled' | 'labels' | 'unlabelled' | 'metric'>> {
  const metric = metricOf(where, given.metric);
  const feeds = async (rows: readonly Row[]): Promise<readonly Feeds[]> => {
    const isText = readsTexts(model.inputs) && rows[0]?.['input_ids'] === undefined;
    if (!isText) return numericFeeds(where, model.inputs, rows, batchSize);
    const texts = textColumn(where, rows, given.text ?? 'text');
    return textFeeds(where, model.inputs, texts, { ...model, batchSize });
  };
  const rows = await readRows(io, where, given.data);
  const named = column(where, rows, given.label ?? 'label', 'label');
  const more = given.unlabelled === undefined ? [] : await readRows(io, where, given.unlabelled);
  const evidence = {
    labels: classesOf(where, named, model.config.labels),
    labelled: await feeds(rows),
    unlabelled: more.length === 0 ? [] : await feeds(more),
    metric,
  };
  if (rows.length < enoughRows && more.length < enoughRows) {
    throw new LimbeckError('invalid-option', {
      where,
      given: `${rows.length} rows with labels and ${more.length} without`,
      expected: '2,000 with labels, or some and 2,000 without, to judge a smaller file by',
      next: 'Pass more rows with --unlabelled: their labels are not looked at.',
    });
  }
  return evidence;
}

function metricOf(where: string, name: string | undefined): Metric<Predictions, ArrayLike<number>> {
  const choice = choiceOption(where, 'metric', name, ['accuracy', 'macro-f1']);
  return choice === 'accuracy' ? accuracy() : macroF1();
}
