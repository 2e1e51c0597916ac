import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Json, LimbeckError } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { type PackOptions, type Program, train } from '@limbeck/train';
import { exportStudent, folderStore } from '@limbeck/train/node';
import { importModule } from '../import-module.js';
import type { CommandIo } from '../io.js';

const where = 'limbeck export';

type AnyProgram = Program<never, never>;

/** What the program's module exports. */
interface ProgramModule {
  /** Makes the program that wrote the checkpoints. */
  readonly default?: (argument: Json) => AnyProgram | Promise<AnyProgram>;
  /** What the folder says beside the weights. */
  readonly exportOptions?: Pick<
    PackOptions,
    'labels' | 'maxBytes' | 'family' | 'model' | 'names' | 'probes'
  >;
}

/**
 * Writes the student of the best state in a folder of checkpoints, which is left as it is. Nothing is trained: the program
 * says stop at once.
 *
 * @throws LimbeckError `data-missing` without checkpoints or a module; `unknown-name` for a module that makes no program;
 * `checkpoint-mismatch` for another program's checkpoints; as `exportStudent`
 */
export async function exportCheckpoint(
  io: CommandIo,
  engine: Engine,
  given: { readonly from?: string | undefined; readonly program: string; readonly folder: string },
): Promise<void> {
  const checkpoints = path.resolve(io.cwd, given.from ?? '.');
  const seed = await seedOf(checkpoints);
  const module = (await importModule(path.resolve(io.cwd, given.program))) as ProgramModule;
  if (typeof module.default !== 'function') throw noProgram(given.program);
  const program = await module.default(null);
  const store = folderStore(checkpoints);
  const { students } = await train(
    { ...program, next: () => 'stop' },
    {
      engine,
      seed,
      checkpoints: { read: (name) => store.read(name), write: async () => {} },
    },
  );
  const student = students['student'] ?? Object.values(students)[0];
  if (student === undefined) throw noProgram(given.program);
  await exportStudent(student, { engine, folder: given.folder, ...module.exportOptions });
}

/** The seed that the run was started with, as its last checkpoint has it. */
async function seedOf(folder: string): Promise<number> {
  const bytes = await readFile(path.join(folder, 'last.safetensors')).catch((cause: unknown) => {
    throw new LimbeckError('data-missing', {
      where,
      given: `${path.basename(folder)} without last.safetensors`,
      expected: 'a folder that a training with checkpoints wrote',
      next: 'Name the folder that was given to folderStore.',
      cause,
    });
  });
  // Whatever is wrong with the file is told by the training's own reader, which checks it whole.
  try {
    const header = bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString('utf8');
    const { __metadata__: metadata } = JSON.parse(header) as { __metadata__: { limbeck: string } };
    return (JSON.parse(metadata.limbeck) as { readonly seed: number }).seed;
  } catch {
    return 0;
  }
}

function noProgram(file: string): LimbeckError {
  return new LimbeckError('unknown-name', {
    where,
    given: `${file}, whose default export makes no program with a student`,
    expected: 'a function that makes the program which wrote the checkpoints',
    next: 'Write export default () => distillation({ ... }), and export const exportOptions = { labels, maxBytes } beside it.',
  });
}
