import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Answer, Event, Item, Teacher } from '@limbeck/core';
import { parseRunReport } from '@limbeck/evaluators';
import { loadStudent } from '@limbeck/predict/node';
import { distil, type Distilled, LimbeckError, type TeacherSignals } from 'limbeck';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { mails } from './support/mails.js';

const quiet = { info() {}, warn() {} };
const schema = z.object({ kind: z.enum(['spam', 'ham']) });
/** Small enough for a test: the least teacher, the smallest family. */
const small = { families: ['ngram'], budgetSeconds: 2, logger: quiet } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-distil-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('distil', () => {
  let made: Distilled<'kind', 'spam' | 'ham'>;
  const rows = mails(260, { wrong: 3 });
  const options = { ...small, data: rows, text: 'body', label: 'kind', schema } as const;

  beforeAll(async () => {
    made = await distil({ ...options, folder });
  });
  afterAll(() => made.student.dispose());

  test('gives a student whose predictions bear the label’s column, typed', async () => {
    const [answer] = await made.student.predict(['click now to get cheap pills, win a prize']);
    expectTypeOf(answer!.kind).toEqualTypeOf<'spam' | 'ham'>();
    expectTypeOf(answer!.probabilities.ham).toEqualTypeOf<number>();
    expect(answer!.kind).toBe('spam');
    expect(answer!.probability).toBe(answer!.probabilities.spam);
    const [same] = await made.student.predict([
      { body: 'click now to get cheap pills, win a prize', kind: '' },
    ]);
    expect(same).toEqual(answer);
    await expect(made.student.predict([{ text: 'a' }])).rejects.toMatchObject({
      code: 'invalid-data',
    });
  });

  test('reports the student beside teacher, int8, controls and floor, on test texts alone', () => {
    const { report } = made;
    const roles = report.systems.map(({ role }) => role);
    expect(roles).toEqual([
      'teacher',
      'student',
      'student-int8',
      'student-all-labels',
      'shuffled-teacher',
      'baseline',
    ]);
    const [, student] = report.systems;
    const tested = report.dataset.splits!.find(({ name }) => name === 'test')!;
    expect(student!.n).toBe(tested.rows);
    expect(student!.accuracy.value).toBeGreaterThan(0.9);
    expect(student!.accuracy.low).toBeLessThan(student!.accuracy.value);
    expect(student!.sizeBytes).toBeGreaterThan(0);
    expect(student!.latencyMs!.p50).toBeGreaterThan(0);
  });

  test('leaves out what does not fit into the budget, and says what was left of it', async () => {
    const both = await distil({
      ...options,
      families: ['ngram', 'encoder'],
      folder: path.join(folder, 'both'),
    });
    const said = both.report.notes!.find((note) => note.startsWith('encoder was left out'));
    expect(said).toMatch(/about \d+ s, and \d+ s were left|Nothing was left of the budget/);
    await both.student.dispose();
  });

  test('lists labels in their order and lengths from short to long', () => {
    const values = (by: string): string[] =>
      made.report.slices.filter((row) => row.by === by).map(({ value }) => value);
    expect(values('label').slice(0, 2)).toEqual(['spam', 'ham']);
    expect(values('length').map((value) => value.split(' ')[0])[0]).toBe('up');
    expect(values('length').map((value) => value.split(' ')[0])[2]).toBe('over');
  });

  test('finds the labels that are wrong', () => {
    const wrong = new Set(rows.slice(0, 3).map(({ body }) => body));
    const found = made.report.labelErrors!.filter(({ text }) => wrong.has(text));
    expect(found.length).toBeGreaterThanOrEqual(2);
    expect(found[0]!.suggested).not.toBe(found[0]!.label);
  });

  test('leaves a run folder with the report, the cards and the student', async () => {
    const text = await readFile(path.join(made.folder, 'report.json'), 'utf8');
    const { labelErrors: _found, ...report } = parseRunReport(JSON.parse(text));
    const { labelErrors: _made, ...own } = made.report;
    expect(report).toEqual(JSON.parse(JSON.stringify(own)));
    for (const file of ['report.html', 'student/onnx/model_quantized.onnx', 'run.json']) {
      expect((await stat(path.join(made.folder, file))).size).toBeGreaterThan(100);
    }
    const card = await readFile(path.join(made.folder, 'model-card.md'), 'utf8');
    expect(card.match(/^- Seeds: .*$/gm)).toEqual(['- Seeds: 0']);
    const { limbeck } = JSON.parse(
      await readFile(path.join(made.folder, 'student', 'config.json'), 'utf8'),
    ) as { readonly limbeck: { readonly [name: string]: unknown } };
    expect(limbeck).toMatchObject({
      field: 'kind',
      calibration: { kind: 'temperature' },
      schema: { properties: { kind: { enum: ['spam', 'ham'] } } },
    });
  });

  test('ships what it measured: the folder loaded again answers as the report says', async () => {
    const shipped = await loadStudent(path.join(made.folder, 'student'));
    const stored = made.report.predictions!;
    const { answers } = stored.systems.find(({ name }) => name === 'ngram student')!;
    const parts = JSON.parse(
      await readFile(path.join(made.folder, 'steps', 'split', 'parts.json'), 'utf8'),
    ) as { readonly parts: { readonly test: readonly number[] } };
    const lines = await readFile(path.join(made.folder, 'steps', 'read', 'examples.jsonl'), 'utf8');
    const examples = lines.trim().split('\n');
    const texts = parts.parts.test.map(
      (at) => (JSON.parse(examples[at]!) as { readonly text: string }).text,
    );
    const said = await shipped.predict(texts);
    expect(said.map(({ label }) => shipped.labels.indexOf(label))).toEqual(answers[0]);
    await shipped.dispose();
  });

  test('does nothing twice: a second call reads what the first one made', async () => {
    const events: Event[] = [];
    const again = await distil({ ...options, folder, onEvent: (event) => events.push(event) });
    expect(events.filter(({ kind }) => kind === 'pipeline/started')).toEqual([]);
    expect(again.report).toEqual(JSON.parse(JSON.stringify(made.report)));
    await again.student.dispose();
  });

  test('gives the same weights from the same data, whatever folder', async () => {
    const samples: Event[] = [];
    const other = await distil({
      ...options,
      folder: path.join(folder, 'other'),
      onEvent: (event) => {
        if (event.kind === 'sample/predictions') samples.push(event);
      },
    });
    expect(other.report.student!.weightsSha256).toBe(made.report.student!.weightsSha256);
    const [sample] = samples[0]!['rows'] as readonly { readonly label: string }[];
    expect(sample).toMatchObject({
      text: expect.any(String),
      label: expect.stringMatching(/^(spam|ham)$/),
      predicted: expect.stringMatching(/^(spam|ham)$/),
      probability: expect.any(Number),
    });
    await other.student.dispose();
  });
});

describe('a file', () => {
  test('is read column by column; bad records are set aside and counted', async () => {
    const data = path.join(folder, 'mails.csv');
    const lines = mails(200).map(({ body, kind }, i) => `"Mail ${i}","${body}",${kind}`);
    lines.splice(120, 0, '"two\nlines",unlike what the schema says,ham');
    lines.splice(50, 0, '"a line that is too short"');
    lines.splice(20, 0, '"","  ",ham', lines[3]!);
    await writeFile(data, `subject,body,kind\n${lines.join('\n')}\n`);
    const {
      student,
      report,
      folder: run,
    } = await distil({
      ...small,
      data,
      folder,
      text: ['subject', 'body'],
      label: 'kind',
      schema: z.object({ subject: z.string().regex(/^[^\n]*$/), kind: z.enum(['ham', 'spam']) }),
    });
    expect(student.labels).toEqual(['ham', 'spam']);
    expect(report.name).toBe('mails');
    expect(report.data).toMatchObject({
      records: 204,
      bad: 2,
      leftOut: { 'empty text': 1, 'repeated text': 1 },
      columns: { text: 'subject, body', label: 'kind' },
    });
    const dead = await readFile(path.join(run, report.data!.deadLetter!), 'utf8');
    const bad = dead.split('\n', 2).map((line) => JSON.parse(line) as { readonly reason: string });
    // The file's reader knows the line; of what the schema refuses the record's number is known.
    expect(bad).toEqual([
      expect.objectContaining({ record: 124, reason: expect.stringMatching(/^subject/) as string }),
      expect.objectContaining({ line: 54 }),
    ]);
    expect(bad[0]).not.toHaveProperty('line');

    // Labels that do not fit are another question: its failure is another folder's.
    const wrong = { ...small, data, folder, text: ['subject', 'body'], label: 'kind' } as const;
    await expect(distil({ ...wrong, labels: ['ham', 'eggs'] })).rejects.toMatchObject({
      code: 'label-out-of-range',
    });
    expect(await readFile(path.join(run, report.data!.deadLetter!), 'utf8')).toBe(dead);
    await student.dispose();
  });
});

describe('a teacher from outside', () => {
  const rows = mails(220);
  const unlabelled = mails(320)
    .slice(220)
    .map(({ body }) => ({ body }));

  /** Says spam of texts with a word of its list, with some doubt. */
  function rules(options: { readonly fails?: boolean; readonly constant?: boolean } = {}) {
    let asked = 0;
    const teacher: Teacher<string, TeacherSignals> & { asked(): number } = {
      id: 'rules@1',
      signals: { probabilities: { dtype: 'float32', shape: [2] } },
      asked: () => asked,
      async *label(items: AsyncIterable<Item<string>>) {
        for await (const item of items) {
          asked++;
          yield answer(item, options);
        }
      },
    };
    return teacher;
  }

  function answer(
    item: Item<string>,
    { fails = false, constant = false },
  ): Answer<string, TeacherSignals> {
    if (fails) {
      const error = new LimbeckError('teacher-failed', {
        where: 'rules',
        given: 'a text',
        expected: 'less',
        next: 'Wait.',
      });
      return { item, ok: false, error, attempts: 1 };
    }
    const spam = !constant && /prize|pills|money|click|offer/.test(item.input) ? 0.9 : 0.1;
    return {
      item,
      ok: true,
      signals: { probabilities: Float32Array.of(1 - spam, spam) },
      provenance: { teacher: 'rules@1', kind: 'probabilities' },
      cost: { usd: 0.001, latencyMs: 1 },
      cached: false,
    };
  }

  const options = { ...small, data: rows, unlabelled, text: 'body', label: 'kind' } as const;

  test('is asked once about each text, and teaches texts without labels', async () => {
    const teacher = rules();
    const root = path.join(folder, 'rules');
    const first = await distil({ ...options, teacher, folder: root });
    expect(teacher.asked()).toBe(320);
    expect(first.report.teacher).toMatchObject({ id: 'rules@1', asked: 320, cached: 0 });
    expect(first.report.teacher!.costUsd).toBeCloseTo(0.32, 6);
    const unlabelledRows = first.report.dataset.splits!.find(({ name }) => name === 'unlabelled');
    expect(unlabelledRows!.rows).toBe(100);
    await first.student.dispose();
    const second = await distil({ ...options, teacher, folder: root, splitSeed: 1 });
    expect(teacher.asked()).toBe(320);
    expect(second.report.teacher).toMatchObject({ asked: 0, cached: 320 });
    await second.student.dispose();
  });

  test('leaves the whole budget to students: every seed is trained', async () => {
    const given = { ...options, teacher: rules(), seeds: [0, 1], budgetSeconds: 300 } as const;
    const { student, report } = await distil({ ...given, folder: path.join(folder, 'seeds') });
    expect(report.systems.find(({ role }) => role === 'student')!.seeds).toHaveLength(2);
    expect(report.notes!.join(' ')).not.toMatch(/NaN|one seed/);
    await student.dispose();
  });

  test('is refused if it says the same of all texts, or cannot answer', async () => {
    const root = path.join(folder, 'refused');
    await expect(
      distil({ ...options, teacher: rules({ constant: true }), folder: root }),
    ).rejects.toMatchObject({ code: 'constant-teacher' });
    await expect(
      distil({ ...options, teacher: rules({ fails: true }), folder: `${root}2` }),
    ).rejects.toMatchObject({ code: 'teacher-failed' });
  });
});
