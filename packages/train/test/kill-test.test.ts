import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

test('a run that is killed and resumed ends with the same state and files', () => {
  const script = path.join(import.meta.dirname, '../scripts/kill-test.ts');
  const args = ['--conditions=@limbeck/source', '--import', 'tsx', script, '--times', '2'];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stdout).toMatch(/2\/2 equal\s*$/);
  expect(status).toBe(0);
}, 120_000);
