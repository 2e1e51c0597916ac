import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { suggest } from 'limbeck';
import { main } from 'limbeck/node';
import { bench, do_not_optimize, run } from 'mitata';

const cwd = mkdtempSync(`${tmpdir()}/limbeck-bench-`);
const io = { cwd, out() {}, err() {} };

bench('limbeck --help', async () => do_not_optimize(await main(['--help'], io)));
bench('limbeck with a mistyped command', async () => do_not_optimize(await main(['rnu'], io)));
bench('suggest among 4 names', () =>
  do_not_optimize(suggest('reprot', ['run', 'resume', 'report', 'new'])));

await run();
rmSync(cwd, { recursive: true, force: true });
