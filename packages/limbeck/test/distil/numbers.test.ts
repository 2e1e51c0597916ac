import { describe, expect, test } from 'vitest';
import { forecast } from '../../src/distil/budget.js';
import { lessonOf } from '../../src/distil/lesson.js';
import { accuracyOf, largest, probabilitiesOf } from '../../src/distil/numbers.js';
import { chooseFamily } from '../../src/distil/steps/choose-step.js';

test('probabilitiesOf is the softmax of logits over the temperature', () => {
  const { probabilities } = probabilitiesOf([0, Math.log(9)], 2, 2);
  // e^0 : e^(ln 9 / 2) = 1 : 3
  expect([...probabilities]).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)]);
});

test('accuracyOf passes over rows without a label', () => {
  const logits = Float32Array.of(1, 0, 0, 1, 5, 2);
  expect(accuracyOf(logits, [0, 0, undefined], 2)).toBe(0.5);
  expect(largest([3, 3, 1])).toBe(0);
});

describe('forecast', () => {
  test('lets in all seeds, one, or none', () => {
    // 0.01 s · 100 steps · 3 students · 1.25 = 3.75 s a seed.
    const of = (left: number) => forecast(0.01, 100, 3, [0, 1, 2], left).seeds;
    expect(of(12)).toEqual([0, 1, 2]);
    expect(of(4)).toEqual([0]);
    expect(of(3)).toEqual([]);
  });
});

describe('lessonOf', () => {
  const examples = [0, 1, 2, 3].map((at) => ({
    at,
    text: String(at),
    origin: 'data' as const,
    ...(at < 3 ? { label: at % 2 } : {}),
  }));
  const teacher = examples.map(({ at }) => Float32Array.of(at, -at));
  const options = { seed: 1, teacherWeight: 0.6 };

  test('gives the distilled student every text, the label-only one those with labels', () => {
    expect(lessonOf('distilled', examples, teacher, options).rows).toHaveLength(4);
    const alone = lessonOf('label-only', examples, teacher, options);
    expect(alone.rows.map(({ example }) => example.at)).toEqual([0, 1, 2]);
    expect(alone.teacherWeight).toBe(0);
  });

  test('shuffles targets and leaves labels in place', () => {
    const { rows, canary } = lessonOf('shuffled', examples, teacher, options);
    expect(rows.map(({ label }) => label)).toEqual([0, 1, 0, undefined]);
    const said = rows.map(({ teacher: [first] }) => first);
    expect(said).not.toEqual([0, 1, 2, 3]);
    expect(said.toSorted((a, b) => a! - b!)).toEqual([0, 1, 2, 3]);
    expect(canary).toBe(false);
  });
});

describe('chooseFamily', () => {
  const family = (name: 'ngram' | 'conv', value: number, sizeBytes: number) =>
    ({
      family: name,
      validation: { value, low: value - 0.02, high: value + 0.02 },
      exported: { files: { 'onnx/model.onnx': { sizeBytes, sha256: '' } } },
    }) as never;

  test('takes the smallest that lies within the interval of the best', () => {
    const near = chooseFamily([family('ngram', 0.9, 100), family('conv', 0.91, 900)]);
    expect(near.family).toBe('ngram');
    const far = chooseFamily([family('ngram', 0.8, 100), family('conv', 0.91, 900)]);
    expect(far.family).toBe('conv');
  });
});
