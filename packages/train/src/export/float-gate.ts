import { allocate, type HostTensor, hostTensor, LimbeckError, Rng, sizeOf } from '@limbeck/core';
import type { Runner } from '@limbeck/runtime';
import type { FlatState } from '../state-tree.js';
import type { FileNames } from './student-graph.js';

/** How many probes the float32 gate wants. */
export const probeCount = 256;

/** The most that the file may differ from the trainer: max |a − b| / max(1, |a|). */
const tolerance = 1e-5;

/** What the float32 gate measured. */
export interface FloatGate {
  /** Over all probes and outputs: max |a − b| / max(1, |a|). */
  readonly maxError: number;
  /** How many probes, each at batch 1 and within a batch of 32, where they are not whole inputs: then at least so many. */
  readonly probes: number;
}

/** Some rows of a batch. */
function rowsOf(batch: FlatState, from: number, to: number): { [path: string]: HostTensor } {
  return Object.fromEntries(
    Object.entries(batch).map(([path, { dtype, shape, data }]) => {
      const width = sizeOf(shape.slice(1));
      const part = data.slice(from * width, to * width);
      return [path, { dtype, shape: [to - from, ...shape.slice(1)], data: part }];
    }),
  );
}

/** The probes one by one, then by 32. @throws LimbeckError `invalid-option` for fewer than 256 */
export function slicedProbes(probes: FlatState): FlatState[] {
  const rows = Math.min(...Object.values(probes).map(({ shape }) => shape[0] ?? 0));
  checkRows(rows);
  const slices = (size: number): FlatState[] =>
    Array.from({ length: probeCount / size }, (_, i) => rowsOf(probes, i * size, (i + 1) * size));
  return [...slices(1), ...slices(32)];
}

/** Probes that are run as they are. @throws LimbeckError `invalid-option` for fewer than 256 rows in all */
export function wholeProbes(probes: readonly FlatState[]): FlatState[] {
  const rowsIn = (probe: FlatState): number =>
    Math.max(0, ...Object.values(probe).map(({ shape }) => shape[0] ?? 0));
  checkRows(probes.reduce((rows, probe) => rows + rowsIn(probe), 0));
  return [...probes];
}

/** @throws LimbeckError `invalid-option` for fewer than 256 */
function checkRows(rows: number): void {
  if (rows >= probeCount) return;
  throw new LimbeckError('invalid-option', {
    where: 'export, probes',
    given: `${rows} rows`,
    expected: `at least ${probeCount}`,
    next: 'Pass inputs like those that the student will get, by the paths of its inputs.',
  });
}

/**
 * Texts of random bytes, of 1 to `maxBytes`: half of them any bytes, half printable ones. Each stands alone, as long
 * as it is, and then in a batch of 32, padded.
 */
export function byteProbes(
  ids: string,
  mask: string,
  maxBytes: number,
  padId: number,
): FlatState[] {
  return textProbes(ids, mask, maxBytes, padId, (rng, text) =>
    text % 2 === 0 ? rng.bits() >>> 24 : 0x20 + (rng.bits() % 95),
  );
}

/** The same of random tokens below `vocabulary`. */
export function tokenProbes(
  ids: string,
  mask: string,
  maxTokens: number,
  padId: number,
  vocabulary: number,
): FlatState[] {
  return textProbes(ids, mask, maxTokens, padId, (rng) => rng.bits() % vocabulary);
}

function textProbes(
  ids: string,
  mask: string,
  most: number,
  padId: number,
  token: (rng: Rng, text: number) => number,
): FlatState[] {
  const rng = Rng.from(0).stream('export probes');
  const texts = Array.from({ length: probeCount }, (_, i) => {
    const length = 1 + (rng.bits() % most);
    return Array.from({ length }, () => token(rng, i));
  });
  const padded = (rows: readonly (readonly number[])[]): FlatState => {
    const width = Math.max(...rows.map((row) => row.length));
    const all = allocate('int64', rows.length * width).fill(BigInt(padId));
    const isText = allocate('int64', rows.length * width);
    rows.forEach((row, i) => {
      row.forEach((id, j) => (all[i * width + j] = BigInt(id)));
      isText.fill(1n, i * width, i * width + row.length);
    });
    const shape = [rows.length, width];
    return { [ids]: hostTensor('int64', shape, all), [mask]: hostTensor('int64', shape, isText) };
  };
  const batches = Array.from({ length: probeCount / 32 }, (_, i) =>
    padded(texts.slice(i * 32, (i + 1) * 32)),
  );
  return [...texts.map((text) => padded([text])), ...batches];
}

/** A model's inputs under the names of the file. */
export function fileFeeds(names: FileNames, batch: FlatState): { [name: string]: HostTensor } {
  return Object.fromEntries(
    Object.entries(names.inputs).map(([fileInput, path]) => {
      const value = batch[path];
      if (value !== undefined) return [fileInput, value];
      throw new LimbeckError('missing-signal', {
        where: 'export',
        given: `a batch with ${Object.keys(batch).join(', ')}`,
        expected: `the model's input "${path}"`,
        next: "Pass batches by the paths of the model's inputs.",
      });
    }),
  );
}

/**
 * Compares the file with the trainer's forward pass.
 * @throws LimbeckError `gate-failed` if they differ by more than 1e-5
 */
export async function floatGate(
  trainer: Runner,
  file: Runner,
  values: FlatState,
  batches: readonly { readonly [name: string]: HostTensor }[],
): Promise<FloatGate> {
  const used = Object.fromEntries(
    Object.entries(values).filter(([path]) => trainer.inputs[path] !== undefined),
  );
  let maxError = 0;
  for (const batch of batches) {
    const expected = await trainer.run({ ...batch, ...used });
    const found = await file.run(batch);
    for (const [name, { data }] of Object.entries(expected)) {
      const other = found[name]!.data;
      for (let i = 0; i < data.length; i++) {
        const a = Number(data[i]);
        const error = Math.abs(a - Number(other[i])) / Math.max(1, Math.abs(a));
        // A NaN on either side must not pass as "not above".
        if (!(error <= tolerance)) throw differs(name, a, Number(other[i]), batch);
        if (error > maxError) maxError = error;
      }
    }
  }
  return { maxError, probes: probeCount };
}

function differs(
  name: string,
  a: number,
  b: number,
  batch: { readonly [name: string]: HostTensor },
): LimbeckError {
  const rows = Object.values(batch)[0]?.shape[0] ?? 0;
  return new LimbeckError('gate-failed', {
    where: 'export, float32',
    given: `${name} ${b} from the file and ${a} from the trainer, at batch ${rows}`,
    expected: `a difference of at most ${tolerance} of max(1, |a|)`,
    next: 'No file was written. Check that the values are finite and come from the same model.',
  });
}
