import { event, LimbeckError, type LongWork } from '@limbeck/core';
import { accuracy } from '@limbeck/evaluators';
import type { Shippable } from '../program.js';
import { type BlockQuantiser, quantiseBlocksChecked, roundToNearestBlocks } from './blocks.js';
import type { Int8Gate } from './int8-gate.js';
import { isQuantisable, quantiseChecked, type Quantiser, roundToNearest } from './quantise.js';
import {
  type HeldOut,
  type Quantisation,
  quantiseStudent,
  type QuantiseSource,
} from './quantise-student.js';
import type { StoredWeight } from './store-weights.js';
import { type FileNames, valueAxes } from './student-graph.js';

/** Options of the int8 file. */
export interface Int8Options extends HeldOut {
  /**
   * What runs in int8. `weight-only`: weights are int8 in the file and float32 in memory. `dynamic`: products with
   * matrices are int8 products, the other side quantised by its range on each run; twice as fast in large batches where the
   * processor has the instructions, and a row's last digits then depend on the rows beside it.
   * @defaultValue 'weight-only'
   */
  readonly mode?: 'weight-only' | 'dynamic';
  /** How a matrix becomes int8. @defaultValue to the nearest of 255 steps a column */
  readonly quantiser?: Quantiser;
}

/** Options of the 4-bit file. */
export interface Int4Options extends HeldOut {
  /**
   * Whether the file has standard operators alone, which unpack products' matrices to float32 at load. Without it these are
   * `MatMulNBits` of com.microsoft: small in memory too, fast for single rows, and for ONNX Runtime only.
   * @defaultValue false
   */
  readonly portable?: boolean;
  /** How rows become 4 bits. @defaultValue to the nearest of 16 steps in each 32 numbers */
  readonly quantiser?: BlockQuantiser;
}

/** What a quantised file cost, and what is in it. */
export interface QuantisedRecord extends Int8Gate {
  /** Paths of the matrices that are in the file's own number of bits. */
  readonly layers: readonly string[];
  /** Paths of the matrices that the 4-bit file has in int8. */
  readonly keptInt8?: readonly string[];
  /** Paths of the matrices that had to stay float32. */
  readonly keptFloat32: readonly string[];
}

/** A quantised file and what is told of it. */
export interface PackedQuantised {
  readonly bytes: Uint8Array;
  readonly record: QuantisedRecord;
}

type Source = Omit<QuantiseSource, 'metric' | 'output'>;

/** The int8 file. @throws LimbeckError as `packStudent` */
export function packInt8(
  source: Source,
  options: Int8Options,
  work: LongWork,
): Promise<PackedQuantised> {
  const { mode = 'weight-only', quantiser = roundToNearest } = options;
  if (mode !== 'weight-only' && mode !== 'dynamic') {
    throw new LimbeckError('invalid-option', {
      where: 'export, int8',
      given: `mode ${JSON.stringify(mode)}`,
      expected: "'weight-only' or 'dynamic'",
      next: "Use 'weight-only', or leave it out.",
    });
  }
  return packed(source, options, work, 'onnx/model_quantized.onnx', {
    kind: 'int8',
    dynamic: mode === 'dynamic',
    portable: true,
    weights: int8Weights(source.student, quantiser),
    weaker: () => undefined,
  });
}

/** The 4-bit file; what 4 bits harm is int8 in it. @throws LimbeckError as `packStudent` */
export function packInt4(
  source: Source,
  options: Int4Options,
  work: LongWork,
): Promise<PackedQuantised> {
  const { portable = false, quantiser = roundToNearestBlocks } = options;
  const int8 = int8Weights(source.student, roundToNearest);
  return packed(source, options, work, 'onnx/model_q4.onnx', {
    kind: 'int4',
    dynamic: false,
    portable,
    weights: int4Weights(source.student, source.names, quantiser),
    weaker: (path, { kind }) => (kind === 'int4' ? int8.get(path) : undefined),
  });
}

async function packed(
  source: Source,
  heldOut: HeldOut,
  { onEvent }: LongWork,
  file: string,
  how: Quantisation,
): Promise<PackedQuantised> {
  if (how.weights.size === 0) throw nothingToQuantise(how.kind);
  const made = await quantiseStudent(
    {
      ...source,
      output: Object.keys(source.names.outputs)[0]!,
      metric: heldOut.metric ?? accuracy(),
    },
    heldOut,
    how,
  );
  const paths = (kind: string): string[] =>
    Object.entries(made.stored).flatMap(([path, stored]) => (stored === kind ? [path] : []));
  const { drop, dropHigh } = made.gate;
  const keptFloat32 = paths('float32');
  onEvent?.(event('export/gate', { file, drop, dropHigh, keptFloat32 }));
  const keptInt8 = how.kind === 'int4' ? { keptInt8: paths('int8') } : {};
  const record = { ...made.gate, layers: paths(how.kind), ...keptInt8, keptFloat32 };
  return { bytes: made.bytes, record };
}

function int8Weights(student: Shippable, quantiser: Quantiser): Map<string, StoredWeight> {
  const weights = new Map<string, StoredWeight>();
  for (const [path, value] of Object.entries(student.values)) {
    if (!isQuantisable(value)) continue;
    weights.set(path, { kind: 'int8', weight: quantiseChecked(path, value, quantiser) });
  }
  return weights;
}

function int4Weights(
  student: Shippable,
  names: FileNames,
  quantiser: BlockQuantiser,
): Map<string, StoredWeight> {
  const axes = valueAxes(student, names);
  const weights = new Map<string, StoredWeight>();
  for (const [path, value] of Object.entries(student.values)) {
    if (!isQuantisable(value)) continue;
    const weight = quantiseBlocksChecked(path, value, axes.get(path) ?? 0, quantiser);
    weights.set(path, { kind: 'int4', weight });
  }
  return weights;
}

function nothingToQuantise(kind: string): LimbeckError {
  return new LimbeckError('invalid-option', {
    where: `export, ${kind}`,
    given: 'a student without a float32 matrix of at least 256 numbers',
    expected: `something that ${kind} makes smaller`,
    next: `Leave ${kind} out: the float32 file is as small as it gets.`,
  });
}
