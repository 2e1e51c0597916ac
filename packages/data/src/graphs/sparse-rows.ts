import { type HostTensor, LimbeckError } from '@limbeck/core';

/** A matrix most of whose numbers are 0, row by row. */
export interface SparseRows {
  /** How many rows there are. */
  readonly rows: number;
  /** How many columns there are. */
  readonly columns: number;
  /** Where each row's entries start, and where the last ends: `[rows + 1]`. */
  readonly starts: Int32Array;
  /** The column of each entry, ascending in a row: `[entries]`. */
  readonly indices: Int32Array;
  /** The number at each entry: `[entries]`. */
  readonly values: Float32Array;
}

/** Options of {@link denseRows}. */
export interface DenseOptions {
  /** Whether every stored number counts as 1. @defaultValue false */
  readonly binary?: boolean;
  /** Whether each row is divided by its sum; a row of zeros stays one. @defaultValue false */
  readonly normalise?: boolean;
}

/**
 * The sparse rows of a `CSR1` file: 20 bytes of header (magic, rows, columns, entries, kind), row pointers, 16-bit columns,
 * and values as bytes or float32 where they are not all 1; little-endian.
 *
 * Sizes are compared with the file before memory is taken.
 *
 * @param bytes - the file, unzipped
 * @throws LimbeckError `corrupt-file` if the parts do not hold together
 */
export function parseSparseRows(bytes: Uint8Array): SparseRows {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20 || String.fromCharCode(...bytes.subarray(0, 4)) !== 'CSR1') {
    throw corrupt(`${bytes.length} bytes that do not start with CSR1`);
  }
  const [rows, columns, entries, kind] = [4, 8, 12, 16].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  const bytesAValue = [0, 1, 4][kind];
  if (bytesAValue === undefined) throw corrupt(`values of kind ${kind}`);
  const startsAt = 20;
  const indicesAt = startsAt + 4 * (rows + 1);
  const valuesAt = indicesAt + 4 * Math.ceil(entries / 2);
  const end = valuesAt + bytesAValue * entries;
  if (end !== bytes.length) throw corrupt(`${bytes.length} bytes for ${end} that the header names`);

  const starts = Int32Array.from({ length: rows + 1 }, (_, row) =>
    view.getUint32(startsAt + 4 * row, true),
  );
  const indices = Int32Array.from({ length: entries }, (_, at) =>
    view.getUint16(indicesAt + 2 * at, true),
  );
  const values = Float32Array.from({ length: entries }, (_, at) => {
    if (kind === 0) return 1;
    return kind === 1 ? bytes[valuesAt + at]! : view.getFloat32(valuesAt + 4 * at, true);
  });
  checkOrder({ rows, columns, starts, indices, values });
  return { rows, columns, starts, indices, values };
}

/**
 * All numbers, zeros too: float32 `[rows, columns]`.
 *
 * The literature on link unlearning takes entries as 1 and divides rows by their sum: set both options.
 */
export function denseRows(
  { rows, columns, starts, indices, values }: SparseRows,
  { binary = false, normalise = false }: DenseOptions = {},
): HostTensor<'float32'> {
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let at = starts[row]!; at < starts[row + 1]!; at++) sum += binary ? 1 : values[at]!;
    const scale = normalise && sum !== 0 ? 1 / sum : 1;
    for (let at = starts[row]!; at < starts[row + 1]!; at++) {
      data[row * columns + indices[at]!] = (binary ? 1 : values[at]!) * scale;
    }
  }
  return { dtype: 'float32', shape: [rows, columns], data };
}

function checkOrder({ rows, columns, starts, indices }: SparseRows): void {
  if (starts[0] !== 0 || starts[rows] !== indices.length)
    throw corrupt('row pointers of other ends');
  for (let row = 0; row < rows; row++) {
    if (starts[row]! > starts[row + 1]!) throw corrupt(`row ${row} that ends before it starts`);
    for (let at = starts[row]!; at < starts[row + 1]!; at++) {
      const ascending = at === starts[row] || indices[at]! > indices[at - 1]!;
      if (!ascending || indices[at]! >= columns) {
        throw corrupt(`column ${indices[at]} in row ${row}, of ${columns} ascending ones`);
      }
    }
  }
}

function corrupt(given: string): LimbeckError {
  return new LimbeckError('corrupt-file', {
    where: 'parseSparseRows',
    given,
    expected: 'a CSR1 file whose parts hold together',
    next: 'Fetch it again.',
  });
}
