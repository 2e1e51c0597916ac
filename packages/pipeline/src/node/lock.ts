import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
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

/** Whether a run works in the folder now, as far as can be told. */
export async function isLocked(folder: string): Promise<boolean> {
  const file = path.join(folder, 'lock.json');
  const age = await ageMs(file);
  return age !== undefined && isAlive(await read(file), age);
}

async function acquire(file: string, holder: Holder): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    if (await create(file, holder.token, JSON.stringify(holder))) return;
    const other = await read(file);
    const age = await ageMs(file);
    // Let go of in between: the next try makes it.
    if (age === undefined) continue;
    if (isAlive(other, age)) throw locked(other);
    if (await takeOver(file, other, holder)) return;
    await pause(20);
  }
  throw locked(await read(file));
}

/** Makes the file with its content in one go; false if it is there. */
async function create(file: string, token: string, text: string): Promise<boolean> {
  const draft = `${file}.${token}`;
  try {
    await writeFile(draft, text);
    await link(draft, file);
    return true;
  } catch (cause) {
    if (errno(cause) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errno(cause) ?? '')) throw cause;
    // A disk without hard links: for a moment the file is there and empty, which counts as alive.
    return await createInTwo(file, text);
  } finally {
    await rm(draft, { force: true });
  }
}

async function createInTwo(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
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
  if (!(await create(claim, holder.token, ''))) {
    const age = await ageMs(claim);
    if (age !== undefined && age > claimMs) await rm(claim, { force: true });
    return false;
  }
  try {
    const now = await read(file);
    const age = await ageMs(file);
    if (age === undefined || now?.token !== dead?.token || isAlive(now, age)) return false;
    const draft = `${file}.${holder.token}`;
    await writeFile(draft, JSON.stringify(holder));
    await rename(draft, file);
  } finally {
    await rm(claim, { force: true });
  }
  // Two may have thrown away one old claim and made one each; the last to write is the holder.
  await pause(50);
  return (await read(file))?.token === holder.token;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether the holder still works, as far as can be told; `age` is the milliseconds since its last beat. */
function isAlive(holder: Holder | undefined, age: number): boolean {
  if (holder === undefined) return age < silentMs;
  if (held.has(holder.token)) return true;
  if (holder.machine !== machineId()) return age < silentMs;
  if (!exists(holder.pid)) return false;
  const started = startOf(holder.pid);
  if (started !== '' && holder.started !== '') return started === holder.started;
  return age < silentMs;
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

/** Milliseconds since the last beat; `undefined` if the file is gone. */
async function ageMs(file: string): Promise<number | undefined> {
  try {
    return Date.now() - (await stat(file)).mtimeMs;
  } catch {
    return undefined;
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
