import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { readRun } from '@limbeck/pipeline/node';
import { findRun } from '../commands/resume.js';
import type { CommandIo } from '../io.js';

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
  const named = from === undefined ? undefined : path.resolve(io.cwd, from);
  if (named !== undefined && (await isWhole(named))) return named;
  const isRun = named === undefined || (await readRun(named)) !== undefined;
  if (!isRun) throw missing(`${from}, which is neither a student's folder nor a run's`);
  const { folder, record } = await findRun(io, { run: from, root });
  for (const name of [
    'student',
    ...Object.keys(record.published),
    ...record.steps.map((step) => `steps/${step}/student`),
  ]) {
    const student = path.join(folder, name);
    if (await isWhole(student)) return student;
  }
  throw missing(`the run ${path.basename(folder)}, which has published no student`);
}

async function isWhole(folder: string): Promise<boolean> {
  return existsSync(path.join(folder, 'onnx', 'model.onnx')) && (await isStudent(folder));
}

function missing(given: string): LimbeckError {
  return new LimbeckError('data-missing', {
    where: 'limbeck export',
    given,
    expected: 'a folder with config.json and onnx/model.onnx',
    next: 'Name the folder of the student; of checkpoints, with --program and the module that makes the program.',
  });
}
