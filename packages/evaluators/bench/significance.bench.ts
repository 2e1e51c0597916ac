import { Rng, type Rows } from '@limbeck/core';
import { accuracy, compare, ece, macroF1, type Predictions } from '@limbeck/evaluators';
import { bench, do_not_optimize, run } from 'mitata';

// The code-language job's size: 22 languages, 100 packages, all test windows.
const items = 6600;
const classes = 22;
const rng = Rng.from(1);
const labels = Array.from({ length: items }, () => rng.integer(classes));
const clusters = Array.from({ length: items }, () => `package ${rng.integer(100)}`);

/** Seeded answers that are right about as often as `skill` says. */
function answers(skill: number): Predictions {
  const probabilities = new Float32Array(items * classes);
  for (let i = 0; i < items; i++) {
    const answer = rng.uniform() < skill ? labels[i]! : rng.integer(classes);
    const confidence = rng.uniform(0.3, 1);
    probabilities.fill((1 - confidence) / (classes - 1), i * classes, (i + 1) * classes);
    probabilities[i * classes + answer] = confidence;
  }
  return { probabilities, classes };
}

const ours = answers(0.8);
const theirs = answers(0.75);
for (const metric of [accuracy(), macroF1(), ece()]) {
  bench(`rows of ${metric.name}, ${items} items`, () =>
    do_not_optimize(metric.rows(ours, labels))).gc('inner');
  const a: Rows = metric.rows(ours, labels);
  const b: Rows = metric.rows(theirs, labels);
  bench(`compare by ${metric.name}, 1,000 resamples of 100 packages`, () =>
    do_not_optimize(
      compare(metric, { name: 'a', rows: a }, { name: 'b', rows: b }, { clusters }),
    )).gc('inner');
  if (metric.name !== 'accuracy') continue;
  bench('compare by accuracy, 1,000 resamples of 6,600 items', () =>
    do_not_optimize(compare(metric, { name: 'a', rows: a }, { name: 'b', rows: b }))).gc('inner');
  bench('compare by accuracy over 3 seeds, 1,000 resamples of 100 packages', () =>
    do_not_optimize(
      compare(metric, { name: 'a', rows: [a, b, a] }, { name: 'b', rows: [b, b, a] }, { clusters }),
    )).gc('inner');
}

await run();
