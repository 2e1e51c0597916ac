import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';

const places = process.env['LIMBECK_ENGINES'] ?? path.join(os.tmpdir(), 'limbeck-engines');

test('a student answers in Deno and Bun as in Node, in their workers too', (context) => {
  if (!['deno', 'bun'].some((name) => existsSync(path.join(places, name)))) {
    context.skip(`needs deno or bun in ${places}: scripts/other-engines.ts --fetch`);
  }
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const script = path.resolve(import.meta.dirname, '../scripts/other-engines.ts');
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsx, script], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^[12] passed, 0 failed/m);
  expect(status).toBe(0);
});
