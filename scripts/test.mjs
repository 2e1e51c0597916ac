// `npm test`: installs if need be, builds (tests of workers and of killed processes run the built packages),
// runs every project's tests and ends with the line `N passed, N failed, N skipped`.
// What follows `--` goes to Vitest: npm test -- --project core
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { install } from './install.mjs';
import { build, root, runNode } from './workspace.mjs';

install();

const counts = { passed: 0, failed: 0, skipped: 0 };
const built = build();
if (built !== 0) {
  console.error('The build failed (tsc -b).');
  counts.failed++;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-test-'));
const file = path.join(folder, 'counts.json');
const status = runNode(
  [
    path.join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=./scripts/count-reporter.mjs',
    ...process.argv.slice(2),
  ],
  { env: { ...process.env, LIMBECK_COUNTS: file } },
);
try {
  const { passed, failed, skipped } = JSON.parse(readFileSync(file, 'utf8'));
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
} catch {
  console.error('Vitest ended before it could report.');
}
// Whatever made Vitest fail without a failed test must not pass unseen.
if (status !== 0 && counts.failed === 0) counts.failed = 1;
rmSync(folder, { recursive: true, force: true });

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
