import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Answer, Item, Teacher } from '@limbeck/core';
import { LimbeckError } from '@limbeck/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labelAll, signalsOf } from '../src/label.js';
import type { TeacherSignals } from '../src/net-teacher.js';
import { snippet } from './support/toy-corpus.js';

const languages = ['C', 'Go'];
const snippets = ['int x;', 'package y', 'char *z', 'func f()', ''].map((text, i) =>
  snippet(languages, i % 2, text),
);

let keep: string;

beforeAll(async () => {
  keep = await mkdtemp(path.join(os.tmpdir(), 'limbeck-label-'));
});
afterAll(() => rm(keep, { recursive: true, force: true }));

/** What the teacher below says of a text: exact in float32, and other for every text. */
const logitsOf = (text: string): Float32Array => Float32Array.of(text.length, -text.length / 4);

/** A teacher that counts what it is asked. */
function counting(
  id: string,
  say: (text: string) => Float32Array = logitsOf,
): { readonly teacher: Teacher<string, TeacherSignals>; readonly asked: string[] } {
  const asked: string[] = [];
  const answer = ({ ...item }: Item<string>): Answer<string, TeacherSignals> => {
    asked.push(item.input);
    return {
      item,
      ok: true,
      signals: { logits: say(item.input) },
      provenance: { teacher: id, kind: 'logits' },
      cost: { usd: 0.25, latencyMs: 1 },
      cached: false,
    };
  };
  const teacher: Teacher<string, TeacherSignals> = {
    id,
    signals: { logits: { dtype: 'float32', shape: [2] } },
    async *label(items) {
      for await (const item of items) yield answer(item);
    },
  };
  return { teacher, asked };
}

describe('labelAll and signalsOf', () => {
  test('join by text, whatever the order and however often a text stands there', async () => {
    const options = { keep, classes: 2 };
    const { teacher, asked } = counting('order');
    const labelled = await labelAll(
      teacher,
      'logits',
      [...snippets, ...snippets.slice(1)],
      options,
    );
    expect(asked.toSorted()).toEqual(snippets.map(({ text }) => text).toSorted());
    expect(labelled).toMatchObject({ teacher: 'order', asked: 5, cached: 0, costUsd: 1.25 });
    const rows = [4, 0, 3, 3, 1, 2].map((index) => snippets[index]!);
    expect(await signalsOf(rows, labelled, 'logits', options)).toEqual(
      rows.map(({ text }) => logitsOf(text)),
    );
  });

  test('ask nothing twice, in a second call and for further texts', async () => {
    const options = { keep, classes: 2 };
    await labelAll(counting('twice').teacher, 'logits', snippets.slice(0, 3), options);
    const more = counting('twice');
    expect(await labelAll(more.teacher, 'logits', snippets, options)).toMatchObject({
      asked: 2,
      cached: 3,
      costUsd: 0.5,
    });
    const again = counting('twice');
    expect(await labelAll(again.teacher, 'logits', snippets.toReversed(), options)).toMatchObject({
      asked: 0,
      cached: 5,
      costUsd: 0,
    });
    expect(again.asked).toEqual([]);
  });

  test('keep what was answered before a failure, and ask only the rest', async () => {
    const options = { keep, classes: 2 };
    const failing = counting('failing', (text) => {
      if (text.startsWith('char')) throw new LimbeckError('teacher-failed', failure);
      return logitsOf(text);
    });
    await expect(labelAll(failing.teacher, 'logits', snippets, options)).rejects.toMatchObject({
      code: 'teacher-failed',
    });
    const { teacher, asked } = counting('failing');
    expect(await labelAll(teacher, 'logits', snippets, options)).toMatchObject({
      asked: 3,
      cached: 2,
    });
    expect(asked).toEqual(snippets.slice(2).map(({ text }) => text));
  });

  test('an answer that is a failure ends the step with its error', async () => {
    const error = new LimbeckError('teacher-failed', failure);
    const teacher: Teacher<string, TeacherSignals> = {
      ...counting('refusing').teacher,
      async *label(items) {
        for await (const item of items) yield { item, ok: false, error, attempts: 1 };
      },
    };
    const call = labelAll(teacher, 'logits', snippets, { keep, classes: 2 });
    await expect(call).rejects.toBe(error);
  });

  test('other teachers and kinds of signal do not see each other’s answers', async () => {
    const options = { keep, classes: 2 };
    await labelAll(counting('one').teacher, 'logits', snippets, options);
    const { asked } = await labelAll(counting('two').teacher, 'logits', snippets, options);
    expect(asked).toBe(5);
  });

  test('a text that was never labelled is misaligned', async () => {
    const options = { keep, classes: 2 };
    const labelled = await labelAll(counting('some').teacher, 'logits', snippets, options);
    const rows = [...snippets, snippet(languages, 0, 'never seen')];
    await expect(signalsOf(rows, labelled, 'logits', options)).rejects.toMatchObject({
      code: 'targets-misaligned',
    });
  });

  test.each([
    ['zeros', () => Float32Array.of(0, 0)],
    ['one vector', () => Float32Array.of(3, -1)],
    ['one number for all classes', (text: string) => Float32Array.of(text.length, text.length)],
  ] as const)('a teacher that says %s of every text is an error', async (name, say) => {
    const options = { keep, classes: 2 };
    const labelled = await labelAll(counting(name, say).teacher, 'logits', snippets, options);
    await expect(signalsOf(snippets, labelled, 'logits', options)).rejects.toMatchObject({
      code: 'constant-teacher',
    });
  });
});

const failure = { where: 'test', given: 'a fault', expected: 'none', next: 'Look.' };
