import { Rng } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FeatureRow } from '../src/batches.js';
import { settings } from '../src/settings.js';
import { accuracyOf, type Classroom, type Lesson, trainStudent } from '../src/students.js';
import { snippet, toyCorpus } from './support/toy-corpus.js';

const languages = ['C', 'Go', 'Lua', 'Zig'];
const [trainRows, heldOutRows, width] = [240, 120, 12];

let engine: Engine;

beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

/** Rows whose label shows in their features, and a teacher that saw it. */
function rows(count: number, seed: number) {
  const rng = Rng.from(seed);
  const labels = Array.from({ length: count }, () => rng.integer(languages.length));
  const features = Float32Array.from(
    { length: count * width },
    (_, i) => (i % width === labels[Math.floor(i / width)] ? 2 : 0) + rng.normal(0, 0.5),
  );
  const teacher = labels.map((label) =>
    Float32Array.from(languages, (_, c) => (c === label ? 3 : 0) + rng.normal(0, 0.3)),
  );
  const snippets = labels.map((label, i) => snippet(languages, label, `${label} ${i}`));
  return { labels, features, teacher, snippets };
}

const [train, heldOut] = [rows(trainRows, 1), rows(heldOutRows, 2)];

function classroom(): Classroom {
  const chosen = settings(true);
  return {
    corpus: toyCorpus(Object.fromEntries(languages.map((language) => [language, 0])), {
      train: train.snippets,
      validation: heldOut.snippets,
    }),
    settings: { ...chosen, student: { ...chosen.student, batchSize: 32 } },
    candidate: { ...chosen.student.candidates[0]!, features: width },
    features: {
      train: train.features,
      validation: heldOut.features,
      test: heldOut.features.slice(0, 3 * width),
      second: heldOut.features.slice(0, width),
    },
    heldOut: heldOut.teacher,
    width,
    tools: { engine },
  };
}

/** Soft targets of the rows `shift` places further on, and no labels. */
function shifted(shift: number): Lesson {
  const targets = train.teacher.map((_, row) => train.teacher[(row + shift) % trainRows]!);
  return {
    rows: targets.map((teacher, index): FeatureRow => ({ index, label: undefined, teacher })),
    teacherWeight: 0.9,
    canary: true,
  };
}

describe('trainStudent', () => {
  test('learns from soft targets alone, and keeps what it says of each part', async () => {
    const student = await trainStudent(classroom(), shifted(0), 0);
    expect(student.canary).toBe('passed');
    expect(student.validationAccuracy).toBeGreaterThan(0.9);
    expect(student.logits.test).toEqual(student.logits.validation!.slice(0, 12));
    expect(student.logits.second).toHaveLength(4);
    expect(accuracyOf(student.logits.validation!, heldOut.labels, 4)).toBe(
      student.validationAccuracy,
    );
    expect(student.curve.length).toBeGreaterThan(1);
  });

  test('targets shifted by one row end the run', async () => {
    await expect(trainStudent(classroom(), shifted(1), 0)).rejects.toMatchObject({
      code: 'targets-misaligned',
      message: expect.stringContaining('canary'),
    });
  });

  test('held-out targets shifted by one row end the run too', async () => {
    const room = classroom();
    const wrong = { ...room, heldOut: [...room.heldOut.slice(1), room.heldOut[0]!] };
    await expect(trainStudent(wrong, shifted(0), 0)).rejects.toMatchObject({
      code: 'targets-misaligned',
    });
  });

  test('a control says that it is one, and goes on', async () => {
    const student = await trainStudent(classroom(), { ...shifted(1), canary: false }, 0);
    expect(student.canary).toBe('off');
    expect(student.validationAccuracy).toBeLessThan(0.7);
  });

  test('gives equal weights for a seed', async () => {
    const weights = async (seed: number) =>
      Object.values((await trainStudent(classroom(), shifted(0), seed)).model.values).map(
        ({ data }) => [...(data as Float32Array)],
      );
    const one = await weights(3);
    expect(await weights(3)).toEqual(one);
    expect(await weights(4)).not.toEqual(one);
  });
});

test('accuracyOf counts the first of equal logits', () => {
  expect(accuracyOf(Float32Array.of(1, 1, 0, 2, -1, -3), [0, 0, 0], 2)).toBeCloseTo(2 / 3);
});
