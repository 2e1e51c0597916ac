import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { errno, fileError } from './files.js';

/** How often the holder touches the lock, in milliseconds. */
const beatMs = 2000;
/** A lock of another machine, or one of whose process nothing can be learnt, is dead after this long without a beat. */
const silentMs = 60_000;
/** Taking a dead lock over is a matter of milliseconds; a claim this old was left by a process that was killed. */
const claimMs = 10_000;

interface Holder {
  readonly pid: number;
  readonly token: string;
  /** Tells machines apart without naming them. */
  readonly machine: string;
  /** When the process started, in the kernel's ticks; tells it from a later one with its number. Empty where unknown. */
  readonly started: string;
}

/** A folder that is ours until released. */
export interface Lock {
  /** Lets the folder go. */
  release(): Promise<void>;
}

const held = new Set<string>();

/**
 * Takes the folder for this process. A lock whose process is gone is taken over.
 *
 * @throws LimbeckError `run-locked` while another run works in the folder; `io-failed`, `disk-full`.
 */
export async function lockFolder(folder: string): Promise<Lock> {
  const file = path.join(folder, 'lock.json');
  const holder: Holder = {
    pid: process.pid,
    token: randomBytes(12).toString('hex'),
    machine: machineId(),
    started: startOf(process.pid),
  };
  try {
    await acquire(file, holder);
  } catch (cause) {
    throw fileError('runPipeline', 'lock.json', cause);
  }
  held.add(holder.token);
  const beat = setInterval(() => {
    const now = new Date();
    // A lost beat costs nothing: the next one follows, and our process is seen to be alive.
    utimes(file, now, now).catch(() => undefined);
  }, beatMs);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      if (!held.delete(holder.token)) return;
      const now = await read(file);
      if (now?.token === holder.token) await rm(file, { force: true });
    },
  };
}

async function acquire(file: string, holder: Holder): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    if (await create(file, JSON.stringify(holder))) return;
    const other = await read(file);
    if (await isAlive(file, other)) throw locked(other);
    if (await takeOver(file, other, holder)) return;
    if (tries === 50) throw locked(other);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Makes the file with its content at once; false if it is there. */
async function create(file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return true;
  } catch (cause) {
    if (errno(cause) === 'EEXIST') return false;
    throw cause;
  }
}

/**
 * Replaces a dead holder. Of several that try, the one that makes the claim file does; it looks again first, since
 * the lock may have changed hands in between.
 */
async function takeOver(file: string, dead: Holder | undefined, holder: Holder): Promise<boolean> {
  const claim = `${file}.claim`;
  if (!(await create(claim, holder.token))) {
    if ((await ageMs(claim)) > claimMs) await rm(claim, { force: true });
    return false;
  }
  try {
    const now = await read(file);
    if (now?.token !== dead?.token || (await isAlive(file, now))) return false;
    const draft = `${file}.${holder.token}`;
    await create(draft, JSON.stringify(holder));
    await rename(draft, file);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function isAlive(file: string, holder: Holder | undefined): Promise<boolean> {
  // Empty or torn: its process was killed between making and filling it, or is at it just now.
  if (holder === undefined) return (await ageMs(file)) < beatMs;
  if (held.has(holder.token)) return true;
  if (holder.machine !== machineId()) return (await ageMs(file)) < silentMs;
  if (!exists(holder.pid)) return false;
  const started = startOf(holder.pid);
  if (started !== '' && holder.started !== '') return started === holder.started;
  return (await ageMs(file)) < silentMs;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return errno(cause) === 'EPERM';
  }
}

/** Linux alone tells when a process started; a zombie counts as gone. */
function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? 'gone' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function machineId(): string {
  return createHash('sha256')
    .update(`${os.hostname()} ${os.platform()}`)
    .digest('hex')
    .slice(0, 16);
}

async function read(file: string): Promise<Holder | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<Holder> | null;
    const { pid, token, machine, started } = value ?? {};
    if (typeof pid !== 'number' || typeof token !== 'string') return undefined;
    return { pid, token, machine: machine ?? '', started: started ?? '' };
  } catch {
    return undefined;
  }
}

async function ageMs(file: string): Promise<number> {
  try {
    return Date.now() - (await stat(file)).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function locked(holder: Holder | undefined): LimbeckError {
  return new LimbeckError('run-locked', {
    where: 'runPipeline',
    given: `a run's folder that process ${holder?.pid ?? '(unknown)'} is working in`,
    expected: 'one run at a time in a folder',
    next: 'Wait for it or stop it; or give this run another config, which gives it another folder.',
  });
}
