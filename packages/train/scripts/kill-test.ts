// Kills one distillation at random moments and resumes it: see kills.ts.
//
//   npx tsx packages/train/scripts/kill-test.ts --times 20 [--seed 1] [--out result.json]
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Rng } from '@limbeck/core';
import { killedAndResumed, neverKilled, type Round, roundLine } from './kills.js';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const times = Number(values.times);
const rng = Rng.from(Number(values.seed)).stream('kills');
const work = await mkdtemp(path.join(os.tmpdir(), 'limbeck-kill-'));
const startedAt = performance.now();
const killable = { child: path.join(import.meta.dirname, 'kill-test-child.ts'), args: [] };

try {
  const reference = await neverKilled(killable, path.join(work, 'whole'));
  const { done } = reference.ended;
  console.log(`never killed: ${done.step} steps, ${done.write} files written`);
  const rounds: Round[] = [];
  for (let kind = 0; kind < times; kind++) {
    const folder = path.join(work, `round-${kind}`);
    const round = await killedAndResumed(killable, reference, { folder, rng, kind });
    rounds.push(round);
    console.log(`${kind + 1}: ${roundLine(round)}`);
  }

  const equal = rounds.filter((round) => round.equal).length;
  if (values.out !== undefined) {
    const record = {
      formatVersion: 1,
      times,
      equal,
      seed: Number(values.seed),
      seconds: (performance.now() - startedAt) / 1000,
      reference: done,
      rounds,
      machine: { cpu: os.cpus()[0]?.model ?? '', node: process.version },
    };
    await writeFile(values.out, `${JSON.stringify(record, null, 2)}\n`);
  }
  console.log(`${equal}/${times} equal`);
  process.exitCode = equal === times ? 0 : 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
