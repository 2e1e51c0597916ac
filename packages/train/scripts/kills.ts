// Kills a run at random moments, also in the middle of a checkpoint, of an export and between two renames, resumes it
// until it ends, and compares state and files, byte for byte, with a run that was never killed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Rng } from '@limbeck/core';

/** When the parent kills: once the child prints a line, so many milliseconds later. */
interface Plan {
  readonly name: string;
  readonly line: string;
  readonly delayMs: number;
  readonly hold?: string;
}

/** What a child says of itself when it is done. */
export interface Done {
  readonly hash: string;
  readonly step: number;
  readonly write: number;
  readonly rename: number;
}

/** How a child ended. */
export interface Ended<D extends Done = Done> {
  readonly killed: boolean;
  readonly done: D | undefined;
  /** Milliseconds from the line `export` to the end. */
  readonly exportMs: number;
  readonly resumedAt: number | undefined;
  /** The steps that it told of. */
  readonly steps: readonly number[];
}

/** What can be killed: a script that understands `--folder` and `--hold`, and speaks as `killable.ts` does. */
export interface Killable {
  readonly child: string;
  readonly args: readonly string[];
}

/** One time of being killed and resumed. */
export interface Round {
  readonly kills: readonly string[];
  readonly resumedAt: number | undefined;
  readonly equal: boolean;
}

/** A run that was never killed, and the files that it left. */
export interface Reference<D extends Done = Done> {
  readonly ended: Ended<D> & { readonly done: D };
  readonly files: string;
}

/** Starts a child and waits for its end, or kills it as planned. */
export function runChild<D extends Done>(
  { child, args }: Killable,
  folder: string,
  plan?: Plan,
): Promise<Ended<D>> {
  return new Promise((resolve, reject) => {
    const hold = plan?.hold === undefined ? [] : ['--hold', plan.hold];
    const rest = [...args, '--folder', folder, ...hold];
    const started = spawn(process.execPath, [...process.execArgv, child, ...rest], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let killed = false;
    let exportAt = 0;
    let done: D | undefined;
    let resumedAt: number | undefined;
    let pending = '';
    const steps: number[] = [];
    const read = (line: string): void => {
      if (line === 'export') exportAt = performance.now();
      if (line.startsWith('step ')) steps.push(Number(line.slice(5)));
      if (line.startsWith('resumed ')) resumedAt = Number(line.slice(8));
      if (line.startsWith('done ')) done = JSON.parse(line.slice(5)) as D;
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
        reject(new Error(`${path.basename(child)} ${rest.join(' ')} ended with status ${status}`));
        return;
      }
      const exportMs = exportAt === 0 ? 0 : performance.now() - exportAt;
      resolve({ killed: signal === 'SIGKILL', done, exportMs, resumedAt, steps });
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

/** The run that the others are compared with. */
export async function neverKilled<D extends Done>(
  killable: Killable,
  folder: string,
): Promise<Reference<D>> {
  const ended = await runChild<D>(killable, folder);
  if (ended.done === undefined) throw new Error(`${killable.child} ended without a word`);
  return { ended: { ...ended, done: ended.done }, files: await hashes(folder) };
}

/** Kills once, resumes until the end, now and then killed again, and compares. `kind` counts the kinds of moments. */
export async function killedAndResumed(
  killable: Killable,
  reference: Reference,
  options: { readonly folder: string; readonly rng: Rng; readonly kind: number },
): Promise<Round> {
  const { folder, rng, kind } = options;
  const { done, exportMs, steps } = reference.ended;
  const below = (limit: number): number => rng.bits() % Math.max(1, Math.floor(limit));
  const held = (what: 'write' | 'rename', at: number): Plan => ({
    name: `${what === 'write' ? 'in the middle of write' : 'before rename'} ${at}`,
    line: `held ${what}`,
    delayMs: 0,
    hold: `${what}:${at}`,
  });
  const plans: (() => Plan)[] = [
    () => {
      const step = steps[below(steps.length)] ?? 1;
      return { name: `at step ${step}`, line: `step ${step}`, delayMs: below(30) };
    },
    () => held('write', 1 + below(done.write)),
    () => held('rename', 1 + below(done.rename)),
    () => ({ name: 'in the export', line: 'export', delayMs: below(exportMs * 0.8) }),
  ];
  const kills: string[] = [];
  let ended: Ended;
  // The first run is killed, a quarter of the resumed ones again.
  do {
    const again = kills.length > 0;
    const plan = again && below(4) > 0 ? undefined : plans[(kind + kills.length) % plans.length]!();
    ended = await runChild(killable, folder, plan);
    if (ended.killed) kills.push(plan!.name);
    // It ended before the kill came: this round starts again, with another moment.
    else if (kills.length === 0) await rm(folder, { recursive: true, force: true });
  } while (ended.done === undefined || kills.length === 0);
  const equal = ended.done.hash === done.hash && (await hashes(folder)) === reference.files;
  await rm(folder, { recursive: true, force: true });
  return { kills, resumedAt: ended.resumedAt, equal };
}

/** A round in words. */
export function roundLine({ kills, resumedAt, equal }: Round): string {
  const from = resumedAt === undefined ? 'started again' : `went on from step ${resumedAt}`;
  return `killed ${kills.join(', then ')}; ${from}: ${equal ? 'equal' : 'DIFFERENT'}`;
}
