import { ece, macroF1, nll, retention } from '@limbeck/evaluators';
import { toRetain } from '@limbeck/evaluators/vitest';
import { describe, expect, test } from 'vitest';
import { soft } from './support.js';

expect.extend({ toRetain });

const references = Array.from({ length: 1000 }, (_, i) => i % 2);
/** Answers of which one in so many is wrong. */
const answers = (wrongEvery: number) => ({
  labels: references.map((y, i) => (i % wrongEvery === 0 ? 1 - y : y)),
  classes: 2,
});

describe('toRetain', () => {
  const teacher = { labels: references, classes: 2 };

  test('passes where the bound reaches the share, and only there', () => {
    const student = { predictions: answers(50), references };
    // 98% are kept; the bound of 20 mistakes in 1,000 lies near 97.3%.
    expect(student).toRetain(teacher, { accuracy: 0.97, confidence: 0.95 });
    expect(student).not.toRetain(teacher, { accuracy: 0.978 });
    expect(student).not.toRetain(teacher, { accuracy: 0.974, confidence: 0.999 });
  });

  test('takes another metric, and groups', () => {
    const predictions = answers(50);
    const clusters = references.map((_, i) => Math.floor(i / 250));
    expect({ predictions, references, clusters }).toRetain(teacher, {
      metric: macroF1(),
      share: 0.97,
    });
    // All mistakes in one of four groups: what another draw of groups holds is unsure.
    const labels = references.map((y, i) => (i < 20 ? 1 - y : y));
    expect({ predictions: { labels, classes: 2 }, references, clusters }).not.toRetain(teacher, {
      accuracy: 0.97,
    });
  });

  test('says what it found', () => {
    const { pass, message } = toRetain({ predictions: answers(10), references }, teacher, {
      accuracy: 0.97,
    });
    expect(pass).toBe(false);
    expect(message()).toMatch(
      /^The student keeps 90\.0% of its teacher's accuracy, at least 8\d\.\d% with 95\.0% confidence; asked for are 97\.0%\.$/u,
    );
  });

  test('refuses a share of 0', () => {
    expect(() => toRetain({ predictions: teacher, references }, teacher, { accuracy: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});

describe('retention', () => {
  test('is turned around for metrics that are better low', () => {
    const labels = [0, 1, 0, 1];
    const rows = (p: number) =>
      nll().rows(soft(labels.map((y) => (y === 0 ? [p, 1 - p] : [1 - p, p]))), labels);
    const { share, low } = retention(nll(), rows(0.5), rows(0.9));
    expect(share).toBeCloseTo(Math.log(0.9) / Math.log(0.5), 12);
    expect(low).toBeCloseTo(share, 12);
  });

  test('is undefined where it would divide by 0', () => {
    const rows = ece().rows(
      soft([
        [1, 0],
        [1, 0],
      ]),
      [0, 0],
    );
    expect(() => retention(ece(), rows, rows)).toThrow(
      expect.objectContaining({ code: 'undefined-metric' }),
    );
  });
});
