import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { RunReport } from '@limbeck/evaluators';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCli } from '../node/cli.js';
import { mails } from './support/mails.js';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), 'limbeck-distil-killed-'));
  const lines = mails(180).map(({ body, kind }) => `"${body}",${kind}`);
  await writeFile(path.join(cwd, 'mails.csv'), `body,kind\n${lines.join('\n')}\n`);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const args = ['distil', 'mails.csv', '--text', 'body', '--label', 'kind', '--json'];
// So little that the clock has no say: the least teacher, one seed.
const small = ['--families', 'ngram', '--budget', '2'];

/** Runs the command to its end. */
async function whole(root: string) {
  const { code, out, err } = await startCli(cwd, [...args, ...small, '--root', root]).ended;
  expect(code, err).toBe(0);
  return { err, report: (JSON.parse(out) as { readonly report: RunReport }).report };
}

/** The file of a step of the only run, once it is there. */
async function fileOf(root: string, file: string): Promise<string> {
  for (let tries = 0; tries < 6000; tries++) {
    const runs = await readdir(path.join(cwd, root)).catch(() => []);
    const run = runs.find((name) => name.startsWith('mails-'));
    const found = path.join(cwd, root, run ?? '', 'steps', file);
    if (run !== undefined && (await stat(found).catch(() => undefined)) !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${file} did not appear`);
}

test('a run that is killed among its students goes on with the next one, and ships the same weights', async () => {
  const first = startCli(cwd, [...args, ...small, '--root', 'disturbed']);
  const done = await fileOf('disturbed', 'student-ngram/label-only-0.json');
  first.process.kill('SIGKILL');
  await first.ended;
  const { mtimeMs } = await stat(done);

  const resumed = await whole('disturbed');
  for (const step of ['read', 'split', 'teacher']) {
    expect(resumed.err).toContain(`] ${step}: cached`);
  }
  expect(resumed.err).toContain('student-ngram: goes on');
  expect((await stat(done)).mtimeMs).toBe(mtimeMs);

  const undisturbed = await whole('undisturbed');
  const [one, other] = [resumed.report, undisturbed.report];
  expect(one.student!.weightsSha256).toBe(other.student!.weightsSha256);
  expect(one.systems.map(({ accuracy }) => accuracy)).toEqual(
    other.systems.map(({ accuracy }) => accuracy),
  );
}, 240_000);
