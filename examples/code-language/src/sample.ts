import { Rng } from '@limbeck/core';
import type { Predictions } from '@limbeck/evaluators';
import type { Snippet } from './corpus/index.js';

/** The same number of test windows of every language, drawn once: what every system is asked. Rising indices. */
export function sampleOf(test: readonly Snippet[], perLanguage: number): number[] {
  const rng = Rng.from(0).stream('paired sample');
  const languages = [...new Set(test.map(({ language }) => language))];
  return languages
    .flatMap((language) => {
      const own = test.flatMap((snippet, index) => (snippet.language === language ? [index] : []));
      return rng.stream(language).shuffle(own).slice(0, perLanguage);
    })
    .sort((a, b) => a - b);
}

/** The answers to some items. */
export function pickAnswers(answers: Predictions, items: readonly number[]): Predictions {
  const { classes } = answers;
  if ('labels' in answers) return { classes, labels: items.map((item) => answers.labels[item]!) };
  const probabilities = new Float64Array(items.length * classes);
  items.forEach((item, row) => {
    for (let c = 0; c < classes; c++) {
      probabilities[row * classes + c] = answers.probabilities[item * classes + c]!;
    }
  });
  return { classes, probabilities };
}
