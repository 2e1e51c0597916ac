import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requires } from '../../../test-support/requires.js';
import { dataSet } from '../src/datasets.js';
import { runOn } from '../src/run-on.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-your-own-labels-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a small run on mails gives a student and a report with every peer', async () => {
  const run = await runOn('spam', await dataSet('spam'), { smoke: true, folder });
  expect(run.answer).toMatchObject({ kind: expect.stringMatching(/^(ham|spam)$/) });
  for (const name of ['teacher', 'ngram student', 'naive Bayes (wink)', 'bag of words (tfjs)']) {
    expect(run.table).toContain(name);
  }
  const peers = run.report.systems.filter(({ role }) => role === 'peer');
  expect(peers.map(({ n }) => n)).toEqual(peers.map(() => run.report.systems[0]!.n));
  expect((await stat(path.join(run.folder, 'report.html'))).size).toBeGreaterThan(10_000);
});

describe('data sets that this machine may not have', () => {
  test('are asked for by name where they are missing', async () => {
    const known = process.env['LIMBECK_DATA'];
    delete process.env['LIMBECK_DATA'];
    try {
      await expect(dataSet('trec')).rejects.toMatchObject({ code: 'data-missing' });
    } finally {
      if (known !== undefined) process.env['LIMBECK_DATA'] = known;
    }
  });

  test('run in a small form: questions, from their files', async (context) => {
    process.env['LIMBECK_DATA'] = requires('data', context);
    const { report } = await runOn('trec', await dataSet('trec'), { smoke: true, folder });
    expect(report.dataset.classes).toEqual(['ABBR', 'DESC', 'ENTY', 'HUM', 'LOC', 'NUM']);
  });
});
