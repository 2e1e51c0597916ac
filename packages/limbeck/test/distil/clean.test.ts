import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { clean, type Columns, type OriginRecord, readRecord } from '../../src/distil/clean.js';
import { schemaLabels } from '../../src/distil/schema-labels.js';

const columns: Columns = {
  text: ['subject', 'body'],
  label: 'kind',
  group: undefined,
  labels: ['ham', 'spam'],
  schema: undefined,
  schemaLabels: undefined,
};
const place = (row = 0) =>
  ({ origin: 'data', row, number: row + 1, types: { first: undefined } }) as const;

describe('readRecord', () => {
  test('joins the text columns and reads the label', async () => {
    const record = { subject: 'Hello', body: 'How are you?', kind: 'ham' };
    expect(await readRecord(record, columns, place())).toEqual({
      text: 'Hello\nHow are you?',
      label: 'ham',
      group: undefined,
    });
  });

  test('takes a record without a label as a text to be labelled', async () => {
    for (const kind of ['', null]) {
      const read = await readRecord({ subject: 'a', body: 'b', kind }, columns, place());
      expect(read).toMatchObject({ label: undefined });
    }
  });

  test('names every column that is not there, and those that may be meant', async () => {
    const record = { Subject: 'a', body: 'b', sort: 'ham' };
    await expect(readRecord(record, columns, place())).rejects.toMatchObject({
      code: 'missing-column',
      expected: 'columns "subject" and "kind"',
      next: expect.stringMatching(/^Did you mean "Subject"\? Name the columns .*--label/) as string,
    });
  });

  test('says why a record is bad', async () => {
    const record = { subject: 5, body: 'b', kind: 'ham' };
    expect(await readRecord(record, columns, place())).toEqual({
      reason: 'number in column subject',
    });
  });

  test('lets the schema have its say on other columns', async () => {
    const schema = z.object({ kind: z.enum(['ham', 'spam']), size: z.number().max(10) });
    const strict = { ...columns, schema, schemaLabels: schemaLabels(schema, 'kind') };
    const record = { subject: 'a', body: 'b', kind: 'ham', size: 5 };
    expect(await readRecord(record, strict, place())).toMatchObject({ label: 'ham' });
    expect(await readRecord({ ...record, size: 50 }, strict, place())).toEqual({
      reason: expect.stringMatching(/^size: /),
    });
  });

  test('reads the text of a number where the schema wants the number', async () => {
    const schema = z.object({ kind: z.union([z.literal(0), z.literal(1)]) });
    const numbers = {
      ...columns,
      labels: ['0', '1'],
      schema,
      schemaLabels: schemaLabels(schema, 'kind'),
    };
    const record = { subject: 'a', body: 'b', kind: '1' };
    expect(await readRecord(record, numbers, place())).toMatchObject({ label: '1' });
  });

  test.each([
    ['an unknown label', { kind: 'spam ' }, 'label-out-of-range', 'Did you mean "spam"?'],
    ['NaN', { kind: NaN }, 'non-finite-data', 'NaN as its kind'],
    ['an object as label', { kind: {} }, 'invalid-data', 'a object as its kind'],
  ])('refuses %s', async (_name, changed, code, words) => {
    const record = { subject: 'a', body: 'b', ...changed };
    await expect(readRecord(record, columns, place())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  });

  test('names both places where a label may be missing, and the record by its number', async () => {
    const record = { subject: 'a', body: 'b', kind: 'eggs' };
    await expect(readRecord(record, columns, { ...place(3), number: 6 })).rejects.toMatchObject({
      where: 'distil, record 6',
      next: expect.stringMatching(/schema or the option labels \(--labels\)/) as string,
    });
  });

  test('refuses labels of two types', async () => {
    const open = { ...columns, labels: undefined };
    const types = { first: undefined };
    await readRecord({ subject: 'a', body: 'b', kind: 'ham' }, open, { ...place(), types });
    await expect(
      readRecord({ subject: 'a', body: 'b', kind: 1 }, open, { ...place(1), types }),
    ).rejects.toMatchObject({ code: 'invalid-data' });
  });

  test('names the column that is missing, and the one that was meant', async () => {
    await expect(
      readRecord({ subject: 'a', text: 'b', kinds: 'ham' }, columns, place()),
    ).rejects.toMatchObject({ code: 'missing-column', message: expect.stringContaining('"body"') });
    await expect(
      readRecord({ subject: 'a', body: 'b', kinds: 'ham' }, columns, place()),
    ).rejects.toMatchObject({ message: expect.stringContaining('Did you mean "kinds"?') });
  });
});

describe('clean', () => {
  const record = (text: string, label?: string, origin: OriginRecord['origin'] = 'data') =>
    ({ text, label, group: undefined, origin }) as const;

  test('keeps one of equal texts, and none whose labels differ', () => {
    const { examples, leftOut } = clean(
      [
        record('one', 'ham'),
        record(' one ', 'ham'),
        record('two', 'ham'),
        record('two', 'spam'),
        record('  ', 'ham'),
        record('three'),
        record('three', 'spam'),
      ],
      ['ham', 'spam'],
    );
    expect(examples.map(({ text, label }) => [text, label])).toEqual([
      ['one', 0],
      ['three', 1],
    ]);
    expect(leftOut).toEqual({
      'repeated text': 2,
      'same text under different labels': 2,
      'empty text': 1,
    });
  });

  test('keeps a text in each of the sets that hold it: leaks are told, not hidden', () => {
    const { examples } = clean(
      [record('one', 'ham'), record('one', 'ham', 'test')],
      ['ham', 'spam'],
    );
    expect(examples.map(({ origin }) => origin)).toEqual(['data', 'test']);
  });

  test('takes a text without a label for one that only the teacher labels', () => {
    const { examples } = clean([record('one')], ['ham', 'spam']);
    expect(examples).toEqual([{ at: 0, text: 'one', origin: 'unlabelled' }]);
  });
});
