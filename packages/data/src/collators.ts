import {
  allocate,
  type Collator,
  type HostTree,
  hostTensor,
  LimbeckError,
  type Spec,
  type Specs,
} from '@limbeck/core';
import { checkFinite, checkLabelled, checkNotEmpty } from './checks.js';

/** Class indices, `[batch]`. */
export interface LabelOptions<Row> {
  /** The row's class, from 0; `undefined` if it has none: then the ignored label stands there. */
  readonly label: (row: Row) => number | undefined;
  /** How many classes there are. */
  readonly classes: number;
  /** What stands for "no label": losses give such a row no weight. @defaultValue -1 */
  readonly ignored?: number;
}

/**
 * Class indices as int64, `[batch]`.
 *
 * @throws LimbeckError `label-out-of-range`, when it collates, naming the row
 */
export function labelCollator<Row>(options: LabelOptions<Row>): Collator<Row, Spec> {
  const { label, classes, ignored = -1 } = options;
  return {
    specs: { dtype: 'int64', shape: ['batch'] },
    collate(rows) {
      checkNotEmpty('labelCollator', rows);
      const labels = rows.map(label);
      checkLabelled('labelCollator', labels, { classes });
      return hostTensor(
        'int64',
        [rows.length],
        labels.map((index) => index ?? ignored),
      );
    },
  };
}

/** Options of {@link signalCollator}. */
export interface SignalOptions<Row> {
  /** The row's vector, such as a teacher's logits or soft target. */
  readonly signal: (row: Row) => ArrayLike<number>;
  /** How long every vector is. */
  readonly width: number;
  /** What the last size is called in messages. @defaultValue 'signal' */
  readonly name?: string;
}

/**
 * Vectors as float32, `[batch, width]`.
 *
 * @throws LimbeckError `shape-mismatch` for a vector of another length, `non-finite-data` for NaN or infinity, when it
 * collates, naming the row
 */
export function signalCollator<Row>(options: SignalOptions<Row>): Collator<Row, Spec> {
  const { signal, width, name = 'signal' } = options;
  return {
    specs: { dtype: 'float32', shape: ['batch', width] },
    collate(rows) {
      checkNotEmpty('signalCollator', rows);
      const data = allocate('float32', rows.length * width);
      rows.forEach((row, i) => {
        const vector = signal(row);
        if (vector.length !== width) {
          throw new LimbeckError('shape-mismatch', {
            where: 'signalCollator',
            given: `a ${name} of ${vector.length} numbers in row ${i}`,
            expected: `${width} numbers`,
            next: 'Label the data again, or correct the width.',
          });
        }
        checkFinite('signalCollator', vector, `${name} of row ${i}`);
        data.set(vector, i * width);
      });
      return hostTensor('float32', [rows.length, width], data);
    },
  };
}

/**
 * One collator out of several: a tree of what each of them makes of the same rows.
 *
 * @param parts - a collator for each field
 * @example
 * ```ts
 * import { joinCollators, labelCollator, signalCollator } from '@limbeck/data';
 *
 * type Row = { readonly label: number; readonly logits: readonly number[] };
 * const collator = joinCollators({
 *   labels: labelCollator<Row>({ label: (row) => row.label, classes: 2 }),
 *   teacher: signalCollator<Row>({ signal: (row) => row.logits, width: 2 }),
 * });
 * const batch = collator.collate([{ label: 1, logits: [0, 3] }]);
 * console.log(batch.teacher.shape.join('x')); // 1x2
 * ```
 */
export function joinCollators<Row, Batch extends { readonly [field: string]: unknown }>(parts: {
  readonly [Field in keyof Batch]: Collator<Row, Batch[Field]>;
}): Collator<Row, Batch> {
  const each = <Value>(make: (part: Collator<Row, unknown>) => Value): { [field: string]: Value } =>
    Object.fromEntries(
      Object.entries<Collator<Row, unknown>>(parts).map(([field, part]) => [field, make(part)]),
    );
  return {
    specs: each((part) => part.specs) as Specs<Batch>,
    collate: (rows) => each((part) => part.collate(rows)) as HostTree<Batch>,
  };
}
