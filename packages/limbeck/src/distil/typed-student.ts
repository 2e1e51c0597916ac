import type { PredictOptions, Student } from '@limbeck/predict';

/** What a distilled student says of one text: the label under the name of its column, and how sure it is. */
export type TypedPrediction<Field extends string, Label extends string> = {
  readonly [F in Field]: Label;
} & {
  /** The label's probability. */
  readonly probability: number;
  /** The probability of every label; they sum to 1. */
  readonly probabilities: { readonly [L in Label]: number };
};

/** A text, or a record with the text's columns. */
export type TextInput = string | { readonly [column: string]: unknown };

/** A distilled student with the types of its schema. */
export interface TypedStudent<Field extends string, Label extends string> {
  /** The labels, in the order of the model's outputs. */
  readonly labels: readonly Label[];
  /** The folder that the student lies in: `loadStudent(folder)` of `@limbeck/predict/node` loads it again. */
  readonly folder: string;
  /**
   * One prediction an input, in their order.
   *
   * @throws LimbeckError `invalid-data` for a record without the text's columns; `aborted`, `disposed`, `engine-failed`
   */
  predict(
    inputs: readonly TextInput[],
    options?: PredictOptions,
  ): Promise<readonly TypedPrediction<Field, Label>[]>;
  /** Lets the engine's memory go. */
  dispose(): Promise<void>;
}

/** A loaded student whose predictions bear the label's column. */
export function typedStudent<Field extends string, Label extends string>(
  student: Student<Label>,
  given: {
    readonly field: Field;
    readonly folder: string;
    readonly textOf: (input: { readonly [column: string]: unknown }) => string;
  },
): TypedStudent<Field, Label> {
  const { field, folder, textOf } = given;
  return {
    labels: student.labels,
    folder,
    async predict(inputs, options) {
      const texts = inputs.map((input) => (typeof input === 'string' ? input : textOf(input)));
      const answers = await student.predict(texts, options);
      return answers.map(
        ({ label, probability, probabilities }) =>
          ({ [field]: label, probability, probabilities }) as unknown as TypedPrediction<
            Field,
            Label
          >,
      );
    },
    dispose: () => student.dispose(),
  };
}
