import type { Peer } from 'limbeck';
import { vocabularyOf, wordsOf } from './words.js';

/** How many words are known: the commonest. */
const known = 2000;

/**
 * Plain TensorFlow.js on its CPU backend: which of the commonest words a text has, under a hidden and a softmax layer; the state
 * of the epoch that is best on a tenth of the training rows. Learned word vectors would be the other plain way, but the gradient
 * of a lookup takes that backend minutes a batch.
 */
export function tfjsBagOfWords(epochs = 6): Peer {
  let ask: (texts: readonly string[]) => { readonly [label: string]: number }[] = () => [];
  return {
    fit: async (rows) => {
      const tf = await import('@tensorflow/tfjs');
      await tf.setBackend('cpu');
      const vocabulary = vocabularyOf(
        rows.map(({ input }) => wordsOf(input)),
        known,
      );
      const labels = [...new Set(rows.map(({ output }) => output))].sort();
      const rowsOf = (texts: readonly string[]) => {
        const width = vocabulary.size;
        const data = new Float32Array(texts.length * width);
        texts.forEach((text, i) => {
          for (const word of wordsOf(text)) {
            const at = vocabulary.get(word);
            if (at !== undefined) data[i * width + at] = 1;
          }
        });
        return tf.tensor2d(data, [texts.length, width]);
      };
      const { dense, dropout } = tf.layers;
      const start = (seed: number) => tf.initializers.glorotUniform({ seed });
      const model = tf.sequential({
        layers: [
          dense({
            inputShape: [vocabulary.size],
            units: 32,
            activation: 'relu',
            kernelInitializer: start(1),
          }),
          dropout({ rate: 0.3, seed: 2 }),
          dense({ units: labels.length, activation: 'softmax', kernelInitializer: start(3) }),
        ],
      });
      model.compile({
        optimizer: tf.train.adam(0.003),
        loss: 'sparseCategoricalCrossentropy',
        metrics: ['accuracy'],
      });
      const x = rowsOf(rows.map(({ input }) => input));
      const y = tf.tensor1d(rows.map(({ output }) => labels.indexOf(output)));
      let best = { accuracy: -1, weights: model.getWeights() };
      await model.fit(x, y, {
        epochs,
        batchSize: 64,
        validationSplit: 0.1,
        shuffle: true,
        callbacks: {
          onEpochEnd: async (_epoch, logs) => {
            const accuracy = logs?.['val_acc'] ?? 0;
            if (accuracy > best.accuracy) {
              best = { accuracy, weights: model.getWeights().map((weight) => weight.clone()) };
            }
          },
        },
      });
      model.setWeights(best.weights);
      tf.dispose([x, y]);
      ask = (texts) =>
        tf.tidy(() => {
          const said = model.predict(rowsOf(texts), { batchSize: 64 });
          const data = (Array.isArray(said) ? said[0]! : said).dataSync();
          return texts.map((_, i) =>
            Object.fromEntries(labels.map((label, at) => [label, data[i * labels.length + at]!])),
          );
        });
    },
    predict: async (texts) => ask(texts),
  };
}
