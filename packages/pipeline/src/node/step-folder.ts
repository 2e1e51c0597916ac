import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Json, type JsonObject } from '@limbeck/core';
import { explainChange, type StepIdentity } from '../identity.js';
import { errno, fileError, formatVersion, jsonText, readRecord, writeAtomic } from './files.js';
import { hashJson, sha256, sha256OfFile } from './hash.js';

/** Files of ours in a step's folder that are no part of its output. */
const ours = new Set(['step.json', 'done.json', 'events.jsonl', 'output.json']);

/** The folder in a step's folder for what only an unfinished step needs. */
export const scratchName = 'scratch';

/** A file of a step's output, as `done.json` knows it. */
type FileRecord = { readonly sha256: string; readonly sizeBytes: number; readonly mtimeMs: number };

/** A finished step. */
export interface Finished {
  /** What `output.json` holds. */
  readonly output: Json;
  /** The hash of the output and the files: what steps that take it as input are filed under. */
  readonly outputHash: string;
}

/** What has to be done for a step. */
export type StepPlan =
  | { readonly state: 'cached'; readonly finished: Finished; readonly why: readonly string[] }
  | { readonly state: 'fresh' | 'resumed'; readonly why: readonly string[] };

/**
 * Looks what a step's folder holds for this identity: a finished output, an unfinished try, or nothing of use.
 *
 * @param verify - `quick` reads again only files whose size or time has changed; `full` reads all.
 */
export async function planStep(
  folder: string,
  identity: StepIdentity,
  verify: 'quick' | 'full',
): Promise<StepPlan> {
  const begun = await readRecord(path.join(folder, 'step.json'));
  if (begun === undefined) return { state: 'fresh', why: ['first run'] };
  if (begun['key'] !== hashJson(identity)) {
    const why = explainChange(readIdentity(begun), identity);
    return { state: 'fresh', why: why.length > 0 ? why : ['the format of the run folder changed'] };
  }
  const done = await readRecord(path.join(folder, 'done.json'));
  if (done === undefined) return { state: 'resumed', why: ['it was not finished'] };
  const damaged = await findDamage(folder, done, verify);
  if (typeof damaged === 'string') {
    return { state: 'fresh', why: [`${damaged} is not what the step had written`] };
  }
  return { state: 'cached', finished: damaged, why: [] };
}

/** The finished output, or the name of the first file that is missing or has changed. */
async function findDamage(
  folder: string,
  done: JsonObject,
  verify: 'quick' | 'full',
): Promise<Finished | string> {
  const { files: listed, outputSha256, outputHash } = done;
  if (typeof listed !== 'object' || typeof outputHash !== 'string') return 'done.json';
  const files = listed as { readonly [name: string]: FileRecord };
  for (const [name, record] of Object.entries(files)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || found.size !== record.sizeBytes) return name;
    const unchanged = verify === 'quick' && found.mtimeMs === record.mtimeMs;
    if (!unchanged && (await sha256OfFile(file)) !== record.sha256) return name;
  }
  const text = await readFile(path.join(folder, 'output.json'), 'utf8').catch(() => undefined);
  if (text === undefined || sha256(text) !== outputSha256) return 'output.json';
  return { output: JSON.parse(text) as Json, outputHash };
}

/** The identity of the latest try; undefined where there is none. */
export async function readBegun(folder: string): Promise<StepIdentity | undefined> {
  const begun = await readRecord(path.join(folder, 'step.json'));
  return begun === undefined ? undefined : readIdentity(begun);
}

/** The identity of an earlier try; what is not there counts as empty. */
function readIdentity(begun: JsonObject): StepIdentity {
  const empty: StepIdentity = { inputs: {}, config: {}, files: {}, packages: {} };
  const { identity } = begun;
  return typeof identity === 'object'
    ? { ...empty, ...(identity as Partial<StepIdentity>) }
    : empty;
}

/** Readies the folder: empties it for a fresh start, keeps what is there for a resumed one. */
export async function beginStep(
  folder: string,
  identity: StepIdentity,
  plan: { readonly state: 'fresh' | 'resumed'; readonly why: readonly string[] },
  temporary: string,
): Promise<void> {
  if (plan.state === 'resumed') return;
  try {
    // In this order: whenever a kill comes, what is left is never taken for finished, nor for this identity's.
    await rm(path.join(folder, 'done.json'), { force: true });
    await rm(path.join(folder, 'step.json'), { force: true });
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw fileError('runPipeline', path.basename(folder), cause);
  }
  const record = {
    formatVersion,
    key: hashJson(identity),
    identity: identity as unknown as Json,
    why: plan.why,
  };
  await writeAtomic(path.join(folder, 'step.json'), jsonText(record), temporary);
}

/** Files the output: `output.json` first, `done.json` with all checksums last. */
export async function finishStep(
  folder: string,
  output: Json,
  seconds: number,
  temporary: string,
): Promise<Finished> {
  const text = jsonText(output);
  await writeAtomic(path.join(folder, 'output.json'), text, temporary);
  const files = await listFiles(folder);
  const hashes = Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, file.sha256]),
  );
  const outputHash = hashJson({ output, files: hashes });
  const done = { formatVersion, outputHash, outputSha256: sha256(text), seconds, files };
  await writeAtomic(path.join(folder, 'done.json'), jsonText(done), temporary);
  // Only now: a kill before this line must find the checkpoints.
  await rm(path.join(folder, scratchName), { recursive: true, force: true });
  return { output: JSON.parse(text) as Json, outputHash };
}

/** Every file of the step's own making, by its path with forward slashes, in order. */
async function listFiles(folder: string): Promise<{ readonly [name: string]: FileRecord }> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .map((name) => name.split(path.sep).join('/'))
      .filter((name) => !ours.has(name) && !name.startsWith(`${scratchName}/`))
      .sort();
    const records: [string, FileRecord][] = [];
    for (const name of names) {
      const file = path.join(folder, name);
      const { size, mtimeMs } = await stat(file);
      records.push([name, { sha256: await sha256OfFile(file), sizeBytes: size, mtimeMs }]);
    }
    return Object.fromEntries(records);
  } catch (cause) {
    throw fileError('runPipeline', errno(cause) ?? path.basename(folder), cause);
  }
}
