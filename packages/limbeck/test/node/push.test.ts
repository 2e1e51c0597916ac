import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { main } from 'limbeck/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeHub, startFakeHub } from './fake-hub.js';

const token = 'hf_plantedTokenThatMustNotBeSeen';
let cwd = '';
let hub: FakeHub;
beforeEach(async () => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-push-`);
  hub = await startFakeHub(token);
  mkdirSync(path.join(cwd, 'student/onnx'), { recursive: true });
  writeFileSync(path.join(cwd, 'student/config.json'), '{"limbeck": {}}');
  writeFileSync(path.join(cwd, 'student/README.md'), '# A student');
  writeFileSync(path.join(cwd, 'student/.env'), 'SECRET=1');
  writeFileSync(path.join(cwd, 'student/onnx/model.onnx'), Buffer.alloc(5000, 7));
});
afterEach(async () => {
  await hub.close();
  rmSync(cwd, { recursive: true, force: true });
});

/** Runs the command with the token in the environment; everything that it said, in one text too. */
async function push(
  args: readonly string[],
  env: { [name: string]: string } = { HF_TOKEN: token },
) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(['push', ...args, '--hub-url', hub.url], {
    cwd,
    env,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n'), all: [...out, ...err].join('\n') };
}

describe('limbeck push', () => {
  test('makes the repository and commits every file, large ones apart', async () => {
    const { code, out, err, all } = await push(['student', 'me/spam', '--private']);
    expect(code, err).toBe(0);
    expect(err).toContain('Made the repository me/spam');
    expect(out).toMatch(/^3 files, 5\.0 kB: http/);
    expect(hub.created).toEqual([
      { name: 'spam', organization: 'me', type: 'model', visibility: 'private' },
    ]);
    const [commit] = hub.commits;
    expect(commit).toMatchObject({
      repository: 'me/spam',
      branch: 'main',
      title: 'Upload student with limbeck push',
    });
    expect(commit?.files).toMatchObject({
      'config.json': '{"limbeck": {}}',
      'README.md': '# A student',
      'onnx/model.onnx': createHash('sha256').update(Buffer.alloc(5000, 7)).digest('hex'),
    });
    expect(Object.keys(commit?.files ?? {})).not.toContain('.env');
    expect(hub.uploads).toEqual([5000]);
    expect(all).not.toContain(token);
  });

  test('takes the student of a run', async () => {
    const run = path.join(cwd, '.limbeck/runs/spam-1f2e');
    mkdirSync(run, { recursive: true });
    renameSync(path.join(cwd, 'student'), path.join(run, 'student'));
    const record = { formatVersion: 1, name: 'spam', state: 'done', steps: [], published: {} };
    writeFileSync(path.join(run, 'run.json'), JSON.stringify(record));
    const { code, err } = await push(['spam-1f2e', 'me/spam']);
    expect(code, err).toBe(0);
    expect(hub.commits[0]?.files).toMatchObject({ 'README.md': '# A student' });
  });

  test('commits to a repository that is there, under a title and on a branch', async () => {
    hub.repositories.add('me/spam');
    const { code, out } = await push([
      'student',
      'me/spam',
      '--message',
      'Second try',
      '--branch',
      'dev',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(hub.created).toEqual([]);
    expect(hub.commits[0]).toMatchObject({ branch: 'dev', title: 'Second try' });
    expect(JSON.parse(out)).toMatchObject({
      repository: 'me/spam',
      commit: 'abc123',
      sizeBytes: 5026,
    });
  });

  test.each(['preupload', 'batch', 'upload', 'commit'] as const)(
    'tells a refusal at %s without the token, though the hub repeats it',
    async (stage) => {
      hub.repositories.add('me/spam');
      hub.fail = {
        stage,
        status: 403,
        body: { error: `Authorization: Bearer ${token} has no write access` },
      };
      const { code, err, all } = await push(['student', 'me/spam', '--json']);
      expect(code).toBe(1);
      expect(err).toContain('[io-failed]');
      expect(err).toContain('(status 403)');
      expect(err).toContain('The token may not write there');
      expect(all).not.toContain(token);
      expect(hub.commits).toEqual([]);
    },
  );

  test('tells a hub that is not there', async () => {
    await hub.close();
    const { code, err, all } = await push(['student', 'me/spam']);
    expect(code).toBe(1);
    expect(err).toContain('[io-failed]');
    expect(all).not.toContain(token);
  });

  test('takes another hub from the environment', async () => {
    hub.repositories.add('me/spam');
    const out: string[] = [];
    const code = await main(['push', 'student', 'me/spam'], {
      cwd,
      env: { HF_TOKEN: token, HF_ENDPOINT: `${hub.url}/` },
      out: (line) => void out.push(line),
      err: () => {},
    });
    expect(code).toBe(0);
    expect(hub.commits).toHaveLength(1);
  });

  test.each([
    [['student', 'me/spam'], {}, 2, 'no HF_TOKEN'],
    [['student', 'me/spam'], { HF_TOKEN: 'secret-of-another-kind' }, 2, 'does not begin with hf_'],
    [['student', 'spam'], { HF_TOKEN: token }, 2, 'user/name'],
    [['student', '../../etc/x'], { HF_TOKEN: token }, 2, 'user/name'],
    [['nowhere', 'me/spam'], { HF_TOKEN: token }, 1, 'no student'],
    [['.', 'me/spam'], { HF_TOKEN: token }, 1, 'no student'],
  ])('refuses %j with %j', async (args, env, expected, text) => {
    const { code, err, all } = await push(args, env as { [name: string]: string });
    expect(code).toBe(expected);
    expect(err).toContain(text);
    expect(all).not.toContain(token);
    expect(all).not.toContain('secret-of-another-kind');
    expect(hub.commits).toEqual([]);
  });
});
