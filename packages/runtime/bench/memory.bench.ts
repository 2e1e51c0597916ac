// Resident memory after 500 and after 10,000 training steps, in processes of their own: what must not grow by more than
// 20 MB. With --record the result is kept in results/memory.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [early, late] = [500, 10_000];
const limitMb = 20;
const script = fileURLToPath(new URL('../test/node/memory-steps.mjs', import.meta.url));
const megabytes = (bytes: number): number => Math.round((10 * bytes) / 2 ** 20) / 10;

const results = ['this thread', 'worker'].map((where) => {
  const args = ['--expose-gc', script, String(early), String(late), where];
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`memory-steps.mjs ended with ${status}`);
  const rss = JSON.parse(stdout) as { readonly early: number; readonly late: number };
  const result = {
    where,
    earlyMb: megabytes(rss.early),
    lateMb: megabytes(rss.late),
    grownMb: megabytes(rss.late - rss.early),
  };
  console.log(
    `${where}: RSS ${result.earlyMb} MB after ${early} steps, ${result.lateMb} MB after ${late}: ${result.grownMb} MB more, of ${limitMb} allowed`,
  );
  return result;
});
if (results.some(({ grownMb }) => grownMb > limitMb)) process.exitCode = 1;

if (process.argv.includes('--record')) {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const machine = { node: process.version, platform: `${process.platform}-${process.arch}` };
  const text = JSON.stringify({ early, late, limitMb, results, machine }, undefined, 2);
  writeFileSync(new URL('memory.json', folder), `${text}\n`);
}
