import {
  allocate,
  type Dim,
  type HostTensor,
  hostTensor,
  LimbeckError,
  sizeOf,
  type Spec,
} from '@limbeck/core';

type Row = { readonly [field: string]: unknown };

/**
 * Batches of numbers: each row has a field for every input, an array of arrays as deep as the input has axes behind the
 * first, which is the batch.
 *
 * @throws LimbeckError `missing-signal` for a row without such a field; `invalid-record` for one of other sizes or with
 * something else than numbers, whole ones where the input takes these
 */
export function numericFeeds(
  where: string,
  inputs: { readonly [name: string]: Spec },
  rows: readonly Row[],
  batchSize: number,
): readonly { readonly [name: string]: HostTensor }[] {
  const batches: { [name: string]: HostTensor }[] = [];
  for (let start = 0; start < rows.length; start += batchSize) {
    const part = rows.slice(start, start + batchSize);
    batches.push(
      Object.fromEntries(
        Object.entries(inputs).map(([name, spec]) => [
          name,
          tensorOf({ where, name, spec, first: start }, part),
        ]),
      ),
    );
  }
  return batches;
}

interface Place {
  readonly where: string;
  readonly name: string;
  readonly spec: Spec;
  /** The number of rows before these. */
  readonly first: number;
}

function tensorOf(place: Place, rows: readonly Row[]): HostTensor {
  const { name, spec, first } = place;
  const shape = shapeOf(rows[0]?.[name]);
  const width = sizeOf(shape);
  const data = allocate(spec.dtype, rows.length * width);
  const isWhole = !spec.dtype.startsWith('float');
  rows.forEach((row, i) => {
    const given = row[name];
    if (given === undefined) throw missing(place, first + i);
    const numbers = [given].flat(Infinity) as unknown[];
    if (!fits(given, shape, spec.shape.slice(1))) throw misfit(place, first + i, given);
    numbers.forEach((number, j) => {
      const value = typeof number === 'boolean' ? Number(number) : number;
      if (typeof value !== 'number' || !(isWhole ? Number.isInteger : Number.isFinite)(value))
        throw misfit(place, first + i, number);
      const at = i * width + j;
      data[at] = data instanceof BigInt64Array ? BigInt(value) : value;
      // 300 as uint8 would become 44.
      if (isWhole && Number(data[at]) !== value) throw misfit(place, first + i, number);
    });
  });
  return hostTensor(spec.dtype, [rows.length, ...shape], data as never);
}

function shapeOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

/** Whether all of it has these sizes, and they are what the file wants. */
function fits(value: unknown, shape: readonly number[], wanted: readonly Dim[]): boolean {
  const [size, ...rest] = shape;
  const [dim, ...others] = wanted;
  if (size === undefined) return !Array.isArray(value) && dim === undefined;
  if (!Array.isArray(value) || value.length !== size || dim === undefined) return false;
  if (typeof dim === 'number' && dim !== size) return false;
  return value.every((inner) => fits(inner, rest, others));
}

function missing({ where, name }: Place, row: number): LimbeckError {
  return new LimbeckError('missing-signal', {
    where,
    given: `row ${row + 1} without the field ${JSON.stringify(name)}`,
    expected: "a field for every input of the model, or a text and the model's tokenizer",
    next: 'Name the fields as limbeck inspect lists the inputs; or pass --tokenizer, the folder with tokenizer.json.',
  });
}

function misfit({ where, name, spec }: Place, row: number, given: unknown): LimbeckError {
  const shown = Array.isArray(given)
    ? `sizes [${shapeOf(given).join(', ')}]`
    : JSON.stringify(given);
  return new LimbeckError('invalid-record', {
    where,
    given: `${shown} in the field ${JSON.stringify(name)} of row ${row + 1}`,
    expected: `${spec.dtype.startsWith('float') ? 'numbers' : 'whole numbers'} of the sizes [${spec.shape.slice(1).join(', ')}], the same in every row`,
    next: 'Correct the row, or leave it out.',
  });
}
