import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { main } from 'limbeck/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));
let root = '';
beforeEach(() => {
  root = mkdtempSync(`${os.tmpdir()}/limbeck-watch-`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs a pipeline and reads its page's events from the moment that its address is said. */
async function watch(...args: string[]): Promise<{ code: number; err: string; events: string }> {
  const err: string[] = [];
  let events: Promise<string> | undefined;
  const code = await main(['run', ...args, '--watch', '--root', root], {
    cwd: fixtures,
    out: () => undefined,
    err: (line) => {
      err.push(line);
      const url = /^Watch it at (http\S+)$/u.exec(line)?.[1];
      if (url !== undefined) events = fetch(`${url}events`).then((answer) => answer.text());
    },
  });
  return { code, err: err.join('\n'), events: (await events) ?? '' };
}

describe('limbeck run --watch', () => {
  test('says where the page is, and tells it of each step and of the end', async () => {
    const { code, events } = await watch();
    expect(code).toBe(0);
    expect(events).toContain('"kind":"pipeline/started"');
    expect(events).toMatch(/"kind":"pipeline\/done".*"kind":"live\/ended"/su);
    expect(events).toContain('"state":"done"');
  });

  test('tells the page of a failure, and ends as without it', async () => {
    const { code, err, events } = await watch('failing.ts');
    expect(code).toBe(1);
    expect(err).toContain('[step-failed]');
    expect(events).toMatch(/"state":"failed","message":"[^"]*step/u);
  });

  test('refuses a port that is none', async () => {
    const { code, err } = await watch('--port', '70000');
    expect(code).toBe(2);
    expect(err).toContain('a whole number from 0 to 65535');
  });
});
