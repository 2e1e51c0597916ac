import fc from 'fast-check';

/** Float32 numbers that a model may give as logits or hidden states: within ±8, no two of them told apart by rounding alone. */
function modelOutput(): fc.Arbitrary<number> {
  return fc.integer({ min: -2048, max: 2048 }).map((each) => each / 256);
}

function block(shape: readonly number[]): fc.Arbitrary<unknown[]> {
  const [size = 1, ...rest] = shape;
  if (shape.length === 0) throw new RangeError('a tensor of at least one axis');
  const inner: fc.Arbitrary<unknown> = rest.length === 0 ? modelOutput() : block(rest);
  return fc.array(inner, { minLength: size, maxLength: size });
}

/** Rows of numbers within ±8. */
export type Rows = readonly (readonly number[])[];

/** Sizes of a small batch. */
export interface BatchSizes {
  /** How many examples. */
  readonly batch: number;
  /** How many classes. */
  readonly classes: number;
}

/** Draws sizes of a small batch: 2 to 4 examples, 2 to 5 classes. */
export const batchSizes: fc.Arbitrary<BatchSizes> = fc.record({
  batch: fc.integer({ min: 2, max: 4 }),
  classes: fc.integer({ min: 2, max: 5 }),
});

/**
 * Draws logits of a shape, within ±8.
 *
 * @param shape - `[batch, classes]`
 */
export function logits(shape: readonly [batch: number, classes: number]): fc.Arbitrary<Rows> {
  return block(shape) as unknown as fc.Arbitrary<Rows>;
}

/** Draws one label for each example, 0 to `classes` − 1. */
export function labels({ batch, classes }: BatchSizes): fc.Arbitrary<readonly number[]> {
  const label = fc.integer({ min: 0, max: classes - 1 });
  return fc.array(label, { minLength: batch, maxLength: batch });
}

/** Draws probabilities that sum to 1 in each row, some of them 0. */
export function probabilities({ batch, classes }: BatchSizes): fc.Arbitrary<Rows> {
  const row = fc
    .array(fc.integer({ min: 0, max: 16 }), { minLength: classes, maxLength: classes })
    .map((counts) => {
      const total = counts.reduce((sum, each) => sum + each, 0);
      return counts.map((each, i) => (total === 0 ? Number(i === 0) : each / total));
    });
  return fc.array(row, { minLength: batch, maxLength: batch });
}

/** Draws hidden states `[batch, tokens, width]`, or of any other shape, within ±8. */
export function hiddenStates<Shape extends readonly [number, ...number[]]>(
  shape: Shape,
): fc.Arbitrary<Shape extends readonly [number, number] ? Rows : readonly Rows[]> {
  return block(shape) as unknown as fc.Arbitrary<
    Shape extends readonly [number, number] ? Rows : readonly Rows[]
  >;
}

/** Logits of one model. */
export interface LogitRows {
  /** One row an example, `[batch, classes]`. */
  readonly logits: Rows;
}

/** Logits of a student and a teacher. */
export interface LogitPair {
  /** The student's, `[batch, classes]`. */
  readonly student: LogitRows;
  /** The teacher's, of the same shape. */
  readonly teacher: LogitRows;
}

/** Draws logits of a student and a teacher, of one shape. */
export const logitPairs: fc.Arbitrary<LogitPair> = batchSizes.chain(({ batch, classes }) => {
  const each = fc.record({ logits: logits([batch, classes]) });
  return fc.record({ student: each, teacher: each });
});

/** Logits of a student with labels. */
export interface LabelledLogits {
  /** The student's, `[batch, classes]`. */
  readonly student: LogitRows;
  /** Which class is right, `[batch]`. */
  readonly labels: readonly number[];
}

/** Draws logits of a student with a label for each example. */
export const labelledLogits: fc.Arbitrary<LabelledLogits> = batchSizes.chain((sizes) =>
  fc.record({
    student: fc.record({ logits: logits([sizes.batch, sizes.classes]) }),
    labels: labels(sizes),
  }),
);

/** Draws logits of a student and a teacher with labels. */
export const labelledPairs: fc.Arbitrary<LogitPair & LabelledLogits> = batchSizes.chain((sizes) => {
  const each = fc.record({ logits: logits([sizes.batch, sizes.classes]) });
  return fc.record({ student: each, teacher: each, labels: labels(sizes) });
});
