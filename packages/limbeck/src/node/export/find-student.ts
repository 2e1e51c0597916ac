import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isLimbeckError, LimbeckError } from '@limbeck/core';
import { findRun } from '../commands/resume.js';
import type { CommandIo } from '../io.js';
import { latestWith } from '../latest-with.js';

/** Whether a folder is one that an export wrote. */
export async function isStudent(folder: string): Promise<boolean> {
  try {
    const config: unknown = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'));
    return typeof config === 'object' && config !== null && 'limbeck' in config;
  } catch {
    return false;
  }
}

/**
 * The student's folder that is meant: the one named, or what a run published, `student` first.
 *
 * @throws LimbeckError `data-missing`
 */
export async function findStudent(
  io: CommandIo,
  given: { readonly from?: string | undefined; readonly root?: string | undefined },
): Promise<string> {
  const { from, root } = given;
  if (from !== undefined) {
    const named = path.resolve(io.cwd, from);
    if (await isWhole(named)) return named;
    const run = await runNamed(io, from, root);
    if (run === undefined)
      throw missing(`${from}, which is neither a student's folder nor a run's`);
    return studentOf(run);
  }
  const latest = await latestWith(
    io,
    root,
    'student',
    async (run) => (await publishedBy(run)) !== undefined,
  );
  return studentOf(latest ?? (await findRun(io, { root })));
}

/**
 * The folder named, or where that is a run, the student's that the run published.
 *
 * @throws LimbeckError `data-missing` for a run without a student
 */
export async function studentFolder(io: CommandIo, where: string, given: string): Promise<string> {
  const named = path.resolve(io.cwd, given);
  if (existsSync(path.join(named, 'config.json'))) return named;
  const run = await runNamed(io, given);
  return run === undefined ? named : studentOf(run, where);
}

async function runNamed(io: CommandIo, run: string, root?: string): Promise<Run | undefined> {
  return findRun(io, { run, root }).catch((error: unknown) => {
    if (isLimbeckError(error, 'data-missing')) return undefined;
    throw error;
  });
}

type Run = Awaited<ReturnType<typeof findRun>>;

async function studentOf(run: Run, where?: string): Promise<string> {
  const student = await publishedBy(run);
  if (student !== undefined) return student;
  throw missing(`the run ${path.basename(run.folder)}, which has published no student`, where);
}

async function publishedBy({ folder, record }: Run): Promise<string | undefined> {
  for (const name of [
    'student',
    ...Object.keys(record.published),
    ...record.steps.map((step) => `steps/${step}/student`),
  ]) {
    const student = path.join(folder, name);
    if (await isWhole(student)) return student;
  }
  return undefined;
}

async function isWhole(folder: string): Promise<boolean> {
  return existsSync(path.join(folder, 'onnx', 'model.onnx')) && (await isStudent(folder));
}

function missing(given: string, where = 'limbeck export'): LimbeckError {
  return new LimbeckError('data-missing', {
    where,
    given,
    expected: 'a folder with config.json and onnx/model.onnx',
    next:
      where === 'limbeck export'
        ? 'Name the folder of the student; of checkpoints, with --program and the module that makes the program.'
        : 'Name the folder of a student, or of a run that has one.',
  });
}
