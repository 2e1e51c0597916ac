// Kills a training run at random moments, also in the middle of a checkpoint, of an export and between two renames,
// resumes it until it ends, and compares state and files, byte for byte, with a run that was never killed.
//
//   npx tsx packages/train/scripts/kill-test.ts --times 20 [--seed 1] [--out result.json]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Rng } from '@limbeck/core';

/** When the parent kills: once the child prints a line, so many milliseconds later. */
interface Plan {
  readonly name: string;
  readonly line: string;
  readonly delayMs: number;
  readonly hold?: string;
}

interface Ended {
  readonly killed: boolean;
  readonly done: Done | undefined;
  /** Milliseconds from the line `export` to the end. */
  readonly exportMs: number;
  readonly resumedAt: number | undefined;
}

interface Done {
  readonly hash: string;
  readonly step: number;
  readonly write: number;
  readonly rename: number;
}

const child = path.join(import.meta.dirname, 'kill-test-child.ts');

function run(folder: string, plan?: Plan): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const rest = ['--folder', folder, ...(plan?.hold === undefined ? [] : ['--hold', plan.hold])];
    const started = spawn(process.execPath, [...process.execArgv, child, ...rest], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let killed = false;
    let exportAt = 0;
    let done: Done | undefined;
    let resumedAt: number | undefined;
    let pending = '';
    const read = (line: string): void => {
      if (line === 'export') exportAt = performance.now();
      if (line.startsWith('resumed ')) resumedAt = Number(line.slice(8));
      if (line.startsWith('done ')) done = JSON.parse(line.slice(5)) as Done;
      if (plan === undefined || line !== plan.line || killed) return;
      killed = true;
      setTimeout(() => started.kill('SIGKILL'), plan.delayMs);
    };
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      lines.forEach(read);
    });
    started.on('error', reject);
    started.on('close', (status, signal) => {
      if (status !== 0 && signal !== 'SIGKILL') {
        reject(new Error(`the run ended with status ${status}`));
        return;
      }
      const exportMs = exportAt === 0 ? 0 : performance.now() - exportAt;
      resolve({ killed: signal === 'SIGKILL', done, exportMs, resumedAt });
    });
  });
}

/** The sha256 of every file below a folder, by path. */
async function hashes(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const found = await Promise.all(
    files.map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const digest = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      return `${path.relative(folder, file)} ${digest}`;
    }),
  );
  return found.sort().join('\n');
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const times = Number(values.times);
const rng = Rng.from(Number(values.seed)).stream('kills');
const below = (limit: number): number => rng.bits() % Math.max(1, Math.floor(limit));
const work = await mkdtemp(path.join(os.tmpdir(), 'limbeck-kill-'));
const startedAt = performance.now();

try {
  const whole = await run(path.join(work, 'whole'));
  const reference = whole.done!;
  const expected = await hashes(path.join(work, 'whole'));
  console.log(`never killed: ${reference.step} steps, ${reference.write} files written`);

  const held = (kind: string, at: number): Plan => ({
    name: `${kind === 'write' ? 'in the middle of write' : 'before rename'} ${at}`,
    line: `held ${kind}`,
    delayMs: 0,
    hold: `${kind}:${at}`,
  });

  const plans: (() => Plan)[] = [
    () => {
      const step = 1 + below(reference.step);
      return { name: `at step ${step}`, line: `step ${step}`, delayMs: below(30) };
    },
    () => held('write', 1 + below(reference.write)),
    () => held('rename', 1 + below(reference.rename)),
    () => ({ name: 'in the export', line: 'export', delayMs: below(whole.exportMs * 0.8) }),
  ];
  const rounds: { readonly kills: readonly string[]; readonly equal: boolean }[] = [];
  for (let round = 0; round < times; round++) {
    const folder = path.join(work, `round-${round}`);
    const kills: string[] = [];
    let ended: Ended;
    // The first run is killed, a quarter of the resumed ones again.
    do {
      const again = kills.length > 0;
      const plan =
        again && below(4) > 0 ? undefined : plans[(round + kills.length) % plans.length]!();
      ended = await run(folder, plan);
      if (ended.killed) kills.push(plan!.name);
      // It ended before the kill came: this round starts again, with another moment.
      else if (kills.length === 0) await rm(folder, { recursive: true, force: true });
    } while (ended.done === undefined || kills.length === 0);
    const same = ended.done.hash === reference.hash && (await hashes(folder)) === expected;
    rounds.push({ kills, equal: same });
    const from =
      ended.resumedAt === undefined ? 'started again' : `went on from step ${ended.resumedAt}`;
    console.log(
      `${round + 1}: killed ${kills.join(', then ')}; ${from}: ${same ? 'equal' : 'DIFFERENT'}`,
    );
    await rm(folder, { recursive: true, force: true });
  }

  const equal = rounds.filter((round) => round.equal && round.kills.length > 0).length;
  if (values.out !== undefined) {
    const seconds = (performance.now() - startedAt) / 1000;
    const machine = { cpu: os.cpus()[0]?.model ?? '', node: process.version };
    const record = {
      formatVersion: 1,
      times,
      equal,
      seed: Number(values.seed),
      seconds,
      reference,
      rounds,
      machine,
    };
    await writeFile(values.out, `${JSON.stringify(record, null, 2)}\n`);
  }
  console.log(`${equal}/${times} equal`);
  process.exitCode = equal === times ? 0 : 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
