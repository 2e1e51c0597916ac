// Runs the training programs: each with its idea and without in every seed, against its floor; then kills each with SIGKILL at
// random moments, resumes it, and compares it, bit for bit, with a run that was never killed.
//
//   npx tsx packages/train/scripts/programs.ts [--times 1] [--seeds 3] [--only tgeo-kd] [--write]
//
// With `--seeds 0 --times 0 --write` it builds the pages anew from the results' files.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Rng } from '@limbeck/core';
import { programs } from '../test/programs/index.js';
import type { TrainingProgram } from '../test/programs/support/training-program.js';
import { type Done, killedAndResumed, neverKilled, roundLine, runChild } from './kills.js';
import { experimentOf, type Measured, tableOf, writeResults } from './programs-result.js';

/** What a child says when it is done. */
type Scored = Done & {
  readonly score: number;
  readonly items: readonly number[];
  readonly seconds: number;
  readonly sizeBytes: number;
};

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
  },
});
const [times, seedCount] = [Number(values.times), Number(values.seeds)];
const chosen = programs.filter(({ name }) => values.only?.includes(name) ?? true);
const usable = chosen.filter(({ needs }) => needs === undefined || process.env['LIMBECK_DATA']);
const leftOut = chosen.filter((program) => !usable.includes(program));
for (const { name } of leftOut) {
  console.log(`${name}: left out, since LIMBECK_DATA names no folder of data sets`);
}
const required = (process.env['LIMBECK_REQUIRE'] ?? '').split(',').map((name) => name.trim());
const missed = leftOut.length > 0 && required.includes('data');
const seeds = Array.from({ length: seedCount }, (_, i) => i + 1);
const work = await mkdtemp(path.join(os.tmpdir(), 'limbeck-programs-'));
const child = path.join(import.meta.dirname, 'program-child.ts');

/** Two children at a time: each trains on one thread. */
async function pooled<T>(jobs: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs.length) {
      const at = next++;
      results[at] = await jobs[at]!();
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

function argsOf(program: TrainingProgram, seed: number, idea: boolean): string[] {
  const teachers = path.join(work, 'teachers');
  const args = ['--program', program.name, '--seed', String(seed), '--teachers', teachers];
  return idea ? args : [...args, '--off'];
}

/** Every seed with the idea and without; the first one is what kills are compared with. */
async function measure(program: TrainingProgram): Promise<Measured> {
  const runs = { on: [] as Scored[], off: [] as Scored[] };
  for (const seed of seeds) {
    for (const idea of [true, false]) {
      const folder = path.join(work, `${program.name}-${seed}-${idea ? 'on' : 'off'}`);
      const { done } = await runChild<Scored>({ child, args: argsOf(program, seed, idea) }, folder);
      runs[idea ? 'on' : 'off'].push(done!);
      await rm(folder, { recursive: true, force: true });
    }
  }
  const measured = { program, ...runs };
  // As it goes: what is stopped half-way has written what it knows.
  if (values.write) writeResults([experimentOf(measured)]);
  return measured;
}

/** How many of the rounds ended equal. */
async function kill(program: TrainingProgram, kindFrom: number): Promise<number> {
  const killable = { child, args: argsOf(program, 1, true) };
  const reference = await neverKilled(killable, path.join(work, `${program.name}-whole`));
  const rng = Rng.from(1).stream(program.name);
  let equal = 0;
  for (let i = 0; i < times; i++) {
    const folder = path.join(work, `${program.name}-round-${i}`);
    const round = await killedAndResumed(killable, reference, { folder, rng, kind: kindFrom + i });
    if (round.equal) equal++;
    console.log(`${program.name}, ${i + 1}: ${roundLine(round)}`);
  }
  return equal;
}

try {
  const measured =
    seedCount === 0 ? [] : await pooled(usable.map((program) => () => measure(program)));
  if (measured.length > 0) console.log(tableOf(measured));
  if (values.write) writeResults([]);
  const below = measured.filter((each) => !experimentOf(each).reproduced);
  for (const { program } of below)
    console.log(`${program.name}: NOT above its floor in every seed`);

  const equal = times === 0 ? [] : await pooled(usable.map((program, i) => () => kill(program, i)));
  const sum = equal.reduce((a, b) => a + b, 0);
  const all = usable.length * times;
  console.log(`${usable.length} programs, resumed ${sum}/${all} equal`);
  process.exitCode = sum === all && below.length === 0 && !missed ? 0 : 1;
} finally {
  await rm(work, { recursive: true, force: true });
}
