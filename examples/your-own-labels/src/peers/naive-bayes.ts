import type { Peer } from 'limbeck';
import naiveBayes from 'wink-naive-bayes-text-classifier';
import { wordsOf } from './words.js';

/** wink-naive-bayes-text-classifier on words and pairs of words that are there or not. */
export function winkNaiveBayes(): Peer {
  let classifier = naiveBayes();
  return {
    fit: async (rows) => {
      classifier = naiveBayes();
      classifier.definePrepTasks([(text) => wordsOf(text, true)]);
      classifier.defineConfig({ considerOnlyPresence: true, smoothingFactor: 0.5 });
      for (const { input, output } of rows) classifier.learn(input, output);
      classifier.consolidate();
    },
    predict: async (texts) => texts.map((text) => classifier.predict(text)),
  };
}
