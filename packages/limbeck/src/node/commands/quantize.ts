import { existsSync } from 'node:fs';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { nodeEngine, readOnnx } from '@limbeck/runtime/node';
import { fromOnnx } from '@limbeck/tensor';
import type { CommandIo } from '../io.js';
import { type EvidenceOptions, readEvidence } from '../onnx/evidence.js';
import { foldersOf, readModelConfig } from '../onnx/model-config.js';
import { type QuantisedOnnx, quantiseOnnx } from '../onnx/quantise-onnx.js';
import { writeWhole } from '../onnx/write-file.js';
import { readableBytes } from '../tables.js';
import { choiceOption } from './command.js';

const where = 'limbeck quantize';

/** Options of {@link quantize}. */
export interface QuantizeCommand extends Omit<EvidenceOptions, 'data'> {
  /** The ONNX file. */
  readonly model: string;
  /** Held-out rows with labels; needed. */
  readonly data?: string | undefined;
  /** The new file. @defaultValue `<name>_quantized.onnx`, or `<name>_q4.onnx` for 4 bits, beside the model */
  readonly out?: string | undefined;
  /** `8` or `4`. @defaultValue 8 */
  readonly bits?: string | undefined;
  /** Whether products are made in int8 too. @defaultValue false */
  readonly dynamic?: boolean | undefined;
  /** The output of logits. @defaultValue `logits` where there is one, else the first */
  readonly output?: string | undefined;
  /** The folder with `tokenizer.json`. @defaultValue the model's own */
  readonly tokenizer?: string | undefined;
  /** Whether a file that is there is replaced. @defaultValue false */
  readonly force?: boolean | undefined;
  /** Prints the result as JSON. @defaultValue false */
  readonly json?: boolean | undefined;
}

/**
 * Makes any ONNX classifier smaller, if it stays as good on held-out rows; otherwise it writes nothing.
 *
 * @throws LimbeckError `gate-failed` where the metric drops; `unknown-operator` for a graph that cannot be read here;
 * `invalid-option`, `data-missing`, `invalid-record`, `label-out-of-range` for what does not fit
 */
export async function quantize(io: CommandIo, given: QuantizeCommand): Promise<void> {
  const bits = choiceOption(where, 'bits', given.bits, ['8', '4']) === '8' ? 8 : 4;
  const { data, dynamic = false } = given;
  if (data === undefined) throw noData();
  if (dynamic && bits === 4) throw dynamicFour();
  const file = path.resolve(io.cwd, given.model);
  const out = path.resolve(io.cwd, given.out ?? defaultOut(file, bits));
  if (existsSync(out) && given.force !== true) throw isThere(path.relative(io.cwd, out));

  const { bytes, readExternal } = await readOnnx(file);
  const { inputs, outputs } = fromOnnx(bytes, { readExternal });
  const folders = [
    ...(given.tokenizer === undefined ? [] : [path.resolve(io.cwd, given.tokenizer)]),
    ...foldersOf(file),
  ];
  const config = await readModelConfig(foldersOf(file));
  const evidence = await readEvidence(io, where, { ...given, data }, { inputs, config, folders });
  const engine = await nodeEngine();
  try {
    const made = await quantiseOnnx(bytes, {
      engine,
      output: outputOf(Object.keys(outputs), given.output),
      ...evidence,
      bits,
      dynamic,
      readExternal,
    });
    await writeWhole(where, out, made.bytes);
    say(io, given, { out, before: bytes.length, made });
  } finally {
    await engine.dispose();
  }
}

function say(
  io: CommandIo,
  { json }: QuantizeCommand,
  result: { readonly out: string; readonly before: number; readonly made: QuantisedOnnx },
): void {
  const { out, before, made } = result;
  const { record, bytes, reading } = made;
  const file = path.relative(io.cwd, out);
  if (json === true) {
    const sizes = { sizeBytes: bytes.length, floatBytes: before };
    return io.out(
      JSON.stringify({ file, ...sizes, reading: reading ?? null, gate: record }, null, 2),
    );
  }
  const points = (share: number): string => (100 * share).toFixed(2);
  const change = (drop: number): string => `${drop > 0 ? '−' : '+'}${points(Math.abs(drop))}`;
  const range = `${change(record.dropHigh)} to ${change(record.dropLow)}`;
  io.out(
    `${record.metric} changes by ${change(record.drop)} points (95% interval ${range}) on ${record.rows} rows.`,
  );
  if (record.agreement !== undefined) {
    const { rows, value, low } = record.agreement;
    io.out(
      `It answers ${points(value)}% of ${rows} rows without labels as before (at least ${points(low)}%).`,
    );
  }
  const kept = [...(record.keptInt8 ?? []).map((name) => `${name} (int8)`), ...record.keptFloat32];
  if (kept.length > 0) io.out(`Left with more bits, since fewer did harm: ${kept.join(', ')}.`);
  const times = (before / bytes.length).toFixed(1);
  io.out(
    `${file}: ${readableBytes(bytes.length)} in place of ${readableBytes(before)}, ${times} times smaller.`,
  );
}

function defaultOut(file: string, bits: 8 | 4): string {
  const { dir, name } = path.parse(file);
  return path.join(dir, `${name}_${bits === 8 ? 'quantized' : 'q4'}.onnx`);
}

function outputOf(names: readonly string[], given: string | undefined): string {
  const name = given ?? (names.includes('logits') ? 'logits' : names[0]);
  if (name !== undefined && names.includes(name)) return name;
  throw new LimbeckError('unknown-name', {
    where,
    given: `the output ${JSON.stringify(name ?? '')}`,
    expected: `one of ${names.join(', ') || 'none: the file has no outputs'}`,
    next: 'Name the one that gives the logits with --output.',
  });
}

function noData(): LimbeckError {
  return new LimbeckError('invalid-option', {
    where,
    given: 'no --data',
    expected: 'held-out rows with labels, by which the smaller file is judged',
    next: 'Pass --data dev.jsonl, with a text and a label, or a field for every input and a label.',
  });
}

function dynamicFour(): LimbeckError {
  return new LimbeckError('invalid-option', {
    where,
    given: '--dynamic with --bits 4',
    expected: 'one of the two: products are made in int8',
    next: 'Leave --dynamic out, or use --bits 8.',
  });
}

function isThere(file: string): LimbeckError {
  return new LimbeckError('invalid-option', {
    where,
    given: `${file}, which is there`,
    expected: 'a new file',
    next: 'Name another one with --out, or replace it with --force.',
  });
}
