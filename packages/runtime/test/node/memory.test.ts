import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

/** What a script prints of its memory, in megabytes. */
function memoryOf(script: string, ...args: readonly string[]): { early: number; grown: number } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', path.join(import.meta.dirname, script), ...args],
    // Vitest's own conditions would lead to the sources.
    { encoding: 'utf8', timeout: 110_000, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}${stderr}`);
  const { early, late } = JSON.parse(stdout) as { early: number; late: number };
  return { early: early / 2 ** 20, grown: (late - early) / 2 ** 20 };
}

describe.each(['this thread', 'worker'])('memory on %s', { timeout: 120_000 }, (where) => {
  // The long form, 500 and 10,000 steps, is bench/memory.bench.ts.
  test('does not grow with steps', () => {
    const { early, grown } = memoryOf('memory-steps.mjs', '300', '1500', where);
    console.log(`${early.toFixed(1)} MB after 300 steps, ${grown.toFixed(1)} more after 1,500`);
    // A worker's garbage is not collected on demand.
    expect(grown).toBeLessThanOrEqual(where === 'worker' ? 40 : 20);
  });

  test('is given back by dispose(), steppers and all', () => {
    const { early, grown } = memoryOf('memory-loads.mjs', '8', '100', where);
    console.log(
      `${early.toFixed(1)} MB after 8 graphs of 4 MB, ${grown.toFixed(1)} more after 100`,
    );
    // What nobody gave back would be 368 MB.
    expect(grown).toBeLessThanOrEqual(180);
  });
});
