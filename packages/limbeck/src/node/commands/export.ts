import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { nodeEngine, readOnnx } from '@limbeck/runtime/node';
import { fromOnnx } from '@limbeck/tensor';
import type { QuantisedRecord } from '@limbeck/train';
import { findStudent, isStudent } from '../export/find-student.js';
import { exportCheckpoint } from '../export/checkpoint-student.js';
import type { CommandIo } from '../io.js';
import { type EvidenceOptions, readEvidence } from '../onnx/evidence.js';
import { readModelConfig } from '../onnx/model-config.js';
import { quantiseOnnx } from '../onnx/quantise-onnx.js';
import { writeError, writeWhole } from '../onnx/write-file.js';
import { formatTable, readableBytes } from '../tables.js';

const where = 'limbeck export';

/** Options of {@link exportAgain}. */
export interface ExportCommand extends Omit<EvidenceOptions, 'data'> {
  /** A run's folder, a student's, or one of checkpoints. @defaultValue the latest run's */
  readonly from?: string | undefined;
  /** The new folder. @defaultValue `student` */
  readonly out?: string | undefined;
  /** Whether an int8 file stands beside. @defaultValue false */
  readonly int8?: boolean | undefined;
  /** Whether its products are made in int8 too. @defaultValue false */
  readonly dynamic?: boolean | undefined;
  /** Whether a 4-bit file stands beside. @defaultValue false */
  readonly int4?: boolean | undefined;
  /** Held-out rows with labels; needed for smaller files. */
  readonly data?: string | undefined;
  /** For checkpoints: the module whose default export makes the program. */
  readonly program?: string | undefined;
  /** The folder that holds the runs. @defaultValue `.limbeck/runs` */
  readonly root?: string | undefined;
  /** Prints the result as JSON. @defaultValue false */
  readonly json?: boolean | undefined;
}

/**
 * Writes a student's folder again, with smaller files beside the float32 one, each only if it passes its gate. Where one does
 * not, no folder is written.
 *
 * @throws LimbeckError `gate-failed`; `data-missing` where there is no student; `invalid-option`; as the readers
 */
export async function exportAgain(io: CommandIo, given: ExportCommand): Promise<void> {
  const bits = [
    ...(given.int8 === true ? [8 as const] : []),
    ...(given.int4 === true ? [4 as const] : []),
  ];
  const { data } = given;
  if (bits.length > 0 && data === undefined) throw noData();
  if (given.dynamic === true && given.int8 !== true) throw noInt8();
  const out = path.resolve(io.cwd, given.out ?? 'student');
  const shown = path.relative(io.cwd, out);
  if (!(await mayReplace(out))) throw isOther(shown);

  const draft = `${out}.new`;
  await rm(draft, { recursive: true, force: true });
  const engine = await nodeEngine();
  try {
    if (given.program === undefined) {
      await copyStudent(await findStudent(io, given), draft);
    } else {
      await exportCheckpoint(io, engine, { ...given, program: given.program, folder: draft });
    }
    const gates: { [name: string]: QuantisedRecord } = {};
    for (const bit of bits) {
      const name = bit === 8 ? 'model_quantized' : 'model_q4';
      const { bytes, readExternal } = await readOnnx(path.join(draft, 'onnx', 'model.onnx'));
      const { inputs } = fromOnnx(bytes, { readExternal });
      const model = { inputs, config: await readModelConfig([draft]), folders: [draft] };
      const evidence = await readEvidence(io, where, { ...given, data: data! }, model);
      const dynamic = bit === 8 && given.dynamic === true;
      const made = await quantiseOnnx(bytes, {
        engine,
        output: 'logits',
        ...evidence,
        bits: bit,
        dynamic,
        readExternal,
      });
      await writeWhole(where, path.join(draft, 'onnx', `${name}.onnx`), made.bytes);
      gates[`onnx/${name}.onnx`] = made.record;
    }
    await replace(draft, out);
    await say(io, given, shown, out, gates);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  } finally {
    await engine.dispose();
  }
}

/** The student's own files; of the ONNX files the float32 one alone: others are made again or left out. */
async function copyStudent(from: string, draft: string): Promise<void> {
  const model = path.join(from, 'onnx', 'model.onnx');
  try {
    await mkdir(draft, { recursive: true });
    await cp(from, draft, {
      recursive: true,
      filter: (source) => !source.endsWith('.onnx') || source === model,
    });
  } catch (cause) {
    throw writeError(where, draft, cause);
  }
}

async function mayReplace(out: string): Promise<boolean> {
  return !existsSync(out) || (await isStudent(out));
}

/** Puts the new folder in the old one's place; for the instant between two renames the old one has `.old` behind its name. */
async function replace(draft: string, out: string): Promise<void> {
  const old = `${out}.old`;
  try {
    await rm(old, { recursive: true, force: true });
    if (existsSync(out)) await rename(out, old);
    await rename(draft, out);
    await rm(old, { recursive: true, force: true });
  } catch (cause) {
    throw writeError(where, out, cause);
  }
}

async function say(
  io: CommandIo,
  { json }: ExportCommand,
  shown: string,
  out: string,
  gates: { readonly [name: string]: QuantisedRecord },
): Promise<void> {
  const names = ['onnx/model.onnx', ...Object.keys(gates)];
  const files = await Promise.all(
    names.map(async (name) => {
      const { bytes } = await readOnnx(path.join(out, name));
      return { name, sizeBytes: bytes.length, gate: gates[name] ?? null };
    }),
  );
  if (json === true) return io.out(JSON.stringify({ folder: shown, files }, null, 2));
  io.out(
    formatTable(
      ['file', 'size', 'drop', 'at most'],
      files.map(({ name, sizeBytes, gate }) => [
        path.join(shown, name),
        readableBytes(sizeBytes),
        gate === null ? '' : `${(100 * gate.drop).toFixed(2)} points`,
        gate === null ? '' : (100 * gate.dropHigh).toFixed(2),
      ]),
    ),
  );
}

function noData(): LimbeckError {
  return new LimbeckError('invalid-option', {
    where,
    given: 'no --data',
    expected: 'held-out rows with labels, by which a smaller file is judged',
    next: 'Pass --data dev.jsonl, or leave --int8 and --int4 out.',
  });
}

function noInt8(): LimbeckError {
  return new LimbeckError('invalid-option', {
    where,
    given: '--dynamic without --int8',
    expected: 'both: products are made in int8',
    next: 'Add --int8, or leave --dynamic out.',
  });
}

function isOther(shown: string): LimbeckError {
  return new LimbeckError('invalid-option', {
    where,
    given: `${shown}, which holds something else than a student`,
    expected: 'a new folder, or that of a student',
    next: 'Name another one with --out.',
  });
}
