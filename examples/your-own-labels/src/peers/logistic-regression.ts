import type { Peer } from 'limbeck';
import LogisticRegression from 'ml-logistic-regression';
import { Matrix } from 'ml-matrix';
import { vocabularyOf, wordsOf } from './words.js';

/**
 * ml-logistic-regression on the commonest words: one against the rest, by gradient descent over all rows at once. Its time
 * grows with rows × words × labels, so it gets as many words as can be gone through in about a minute.
 */
export function mlLogisticRegression(words: number): Peer {
  let model = new LogisticRegression({ numSteps: 1, learningRate: 1 });
  let vocabulary: ReadonlyMap<string, number> = new Map();
  let labels: readonly string[] = [];
  const rowOf = (text: string): number[] => {
    const row = Array.from({ length: vocabulary.size + 1 }, () => 0);
    row[vocabulary.size] = 1;
    for (const word of wordsOf(text)) {
      const at = vocabulary.get(word);
      if (at !== undefined) row[at] = 1;
    }
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    return row.map((value) => value / length);
  };
  return {
    fit: async (rows) => {
      vocabulary = vocabularyOf(
        rows.map(({ input }) => wordsOf(input)),
        words,
      );
      labels = [...new Set(rows.map(({ output }) => output))].sort();
      const x = new Matrix(rows.map(({ input }) => rowOf(input)));
      const y = Matrix.columnVector(rows.map(({ output }) => labels.indexOf(output)));
      // The gradient is a sum over rows, so the rate is a share of one over their number.
      model = new LogisticRegression({ numSteps: 200, learningRate: 60 / rows.length });
      model.train(x, y);
    },
    predict: async (texts) =>
      [...model.predict(new Matrix(texts.map(rowOf)))].map((at) => labels[at]!),
  };
}
