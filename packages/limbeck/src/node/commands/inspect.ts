import { statSync } from 'node:fs';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { readOnnx } from '@limbeck/runtime/node';
import type { CommandIo } from '../io.js';
import { describeOnnx, type OnnxDescription } from '../onnx/describe-onnx.js';
import type { DescribedValue } from '../onnx/describe-value.js';
import { formatTable, percent, readableBytes, readableCount } from '../tables.js';
import { wholeOption } from './command.js';

/** Options of {@link inspect}. */
export interface InspectCommand {
  /** An ONNX file, or a folder with `onnx/model.onnx`. */
  readonly model: string;
  /** Numbers for named sizes, such as `batch=1,tokens=64`. @defaultValue `batch` 1, all others 128 */
  readonly sizes?: string | undefined;
  /** How many layers are listed. @defaultValue 12 */
  readonly layers?: string | undefined;
  /** Prints the result as JSON. @defaultValue false */
  readonly json?: boolean | undefined;
}

/** Shows what is in an ONNX file: operators, shapes, layers, work, and whether it can be trained here. */
export async function inspect(io: CommandIo, given: InspectCommand): Promise<void> {
  const layers = wholeOption('limbeck inspect', 'layers', given.layers, 0) ?? 12;
  const sizes = readSizes(given.sizes);
  const named = path.resolve(io.cwd, given.model);
  const isFolder = statSync(named, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isFolder ? path.join(named, 'onnx', 'model.onnx') : named;
  const { bytes, readExternal } = await readOnnx(file);
  const described = describeOnnx(bytes, { sizes, readExternal });
  if (given.json === true) return io.out(JSON.stringify(described, null, 2));
  for (const part of [
    head(path.relative(io.cwd, file), described),
    formatValues(described),
    formatOperators(described),
    formatLayers(described, layers),
    formatWork(described),
    formatTraining(described),
  ]) {
    io.out(`${part}\n`);
  }
}

function head(name: string, { sizeBytes, producer, opsets, parameters }: OnnxDescription): string {
  const versions = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`);
  const by = producer === '' ? '' : `, written by ${producer}`;
  return `${name}: ${readableBytes(sizeBytes)}, ${readableCount(parameters)} parameters, ${versions.join(', ')}${by}`;
}

function formatValues({ inputs, outputs }: OnnxDescription): string {
  const rows = (way: string, values: readonly DescribedValue[]): readonly string[][] =>
    values.map(({ name, dtype, shape }) => [way, name, dtype, `[${shape.join(', ')}]`]);
  return formatTable(
    ['', 'name', 'type', 'shape'],
    [...rows('in', inputs), ...rows('out', outputs)],
    ['left', 'left', 'left', 'left'],
  );
}

function formatOperators({ operators }: OnnxDescription): string {
  const words = operators.map(
    ({ operator, count, known }) => `${operator}${known ? '' : ' (unknown here)'} × ${count}`,
  );
  return `operators: ${words.join(', ')}`;
}

function formatLayers({ layers }: OnnxDescription, limit: number): string {
  const total = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const share = (bytes: number): string => percent(total === 0 ? 0 : bytes / total);
  const shown = layers
    .slice(0, limit)
    .map(({ layer, parameters, sizeBytes, weights }) => [
      layer,
      readableCount(parameters),
      readableBytes(sizeBytes),
      share(sizeBytes),
      weights.map(({ dtype, shape }) => `${dtype} [${shape.join(', ')}]`).join(', '),
    ]);
  const rest = layers.slice(limit);
  if (rest.length > 0) {
    const bytes = rest.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const numbers = rest.reduce((sum, { parameters }) => sum + parameters, 0);
    const name = `${rest.length} smaller ones`;
    shown.push([name, readableCount(numbers), readableBytes(bytes), share(bytes), '']);
  }
  return formatTable(['layer', 'parameters', 'size', 'share', 'weights'], shown, [
    'left',
    'right',
    'right',
    'right',
    'left',
  ]);
}

function formatWork({ work }: OnnxDescription): string {
  if ('unknown' in work) return `work: cannot be counted: ${work.unknown}`;
  const sizes = Object.entries(work.sizes).map(([name, size]) => `${name}=${size}`);
  const most = Object.entries(work.operators)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 4)
    .map(([operator, own]) => `${operator} ${percent(own / Math.max(1, work.flops))}`);
  const at = sizes.length === 0 ? '' : ` at ${sizes.join(', ')}`;
  return `work: ${readableCount(work.flops)} floating-point operations a run${at} (${most.join(', ')})`;
}

function formatTraining({ training }: OnnxDescription): string {
  const { possible, hinders } = training;
  const verdict = possible
    ? 'training: it can be trained here'
    : 'training: it cannot be trained here';
  return [verdict, ...hinders.map((reason) => `  ${possible ? 'except that ' : ''}${reason}`)].join(
    '\n',
  );
}

function readSizes(text: string | undefined): { readonly [name: string]: number } {
  if (text === undefined) return {};
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [, name, value] = /^\s*([^=\s]+)=(\d+)\s*$/.exec(part) ?? [];
      if (name !== undefined) return [name, Number(value)];
      throw new LimbeckError('invalid-option', {
        where: 'limbeck inspect',
        given: `--sizes ${JSON.stringify(text)}`,
        expected: 'names with whole numbers',
        next: 'Write it like --sizes batch=1,tokens=64.',
      });
    }),
  );
}
