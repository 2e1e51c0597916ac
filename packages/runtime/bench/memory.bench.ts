// Resident memory after 500 and after 10,000 training steps: what must not grow by more than 20 MB. Each number is the median
// of five processes, since garbage that waits to be collected is resident too. Beside it, without a limit, the same in a
// worker, whose garbage cannot be collected on demand. With --record the result is kept in results/memory.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [early, late] = [500, 10_000];
const limitMb = 20;
const processes = 5;
const script = fileURLToPath(new URL('../test/node/memory-steps.mjs', import.meta.url));
const megabytes = (bytes: number): number => Math.round((10 * bytes) / 2 ** 20) / 10;

function once(where: string): { readonly early: number; readonly late: number } {
  const args = ['--expose-gc', script, String(early), String(late), where];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`memory-steps.mjs ended with ${status}`);
  return JSON.parse(stdout) as { early: number; late: number };
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const results = ['this thread', 'worker'].map((where) => {
  const all = Array.from({ length: processes }, () => once(where));
  const result = {
    where,
    earlyMb: megabytes(middle(all.map((rss) => rss.early))),
    lateMb: megabytes(middle(all.map((rss) => rss.late))),
    grownMb: megabytes(middle(all.map((rss) => rss.late - rss.early))),
  };
  console.log(
    `${where}: RSS ${result.earlyMb} MB after ${early} steps, ${result.lateMb} MB after ${late}: ${result.grownMb} MB more`,
  );
  return result;
});
if (results[0]!.grownMb > limitMb) {
  console.error(`More than the ${limitMb} MB that are allowed.`);
  process.exitCode = 1;
}

if (process.argv.includes('--record')) {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const machine = { node: process.version, platform: `${process.platform}-${process.arch}` };
  const text = JSON.stringify({ early, late, limitMb, processes, results, machine }, undefined, 2);
  writeFileSync(new URL('memory.json', folder), `${text}\n`);
}
