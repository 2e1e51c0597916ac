import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HostTensor } from '@limbeck/core';
import { hostTensor, LimbeckError } from '@limbeck/core';

/** Float32 tensors by name, as JSON of their shapes and one file of their bytes. */
export type Matrices = { readonly [name: string]: HostTensor<'float32'> };

/** A float32 tensor `[rows, columns]` over an array. */
export function matrix(data: Float32Array, columns: number): HostTensor<'float32'> {
  return hostTensor('float32', [data.length / columns, columns], data);
}

/** Writes tensors under one name in a folder. */
export async function saveMatrices(
  folder: string,
  name: string,
  matrices: Matrices,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const entries = Object.entries(matrices);
  const shapes = Object.fromEntries(entries.map(([key, { shape }]) => [key, shape]));
  await writeFile(path.join(folder, `${name}.json`), JSON.stringify(shapes));
  const bytes = entries.map(([, { data }]) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  await writeFile(path.join(folder, `${name}.f32`), Buffer.concat(bytes));
}

/** Reads what {@link saveMatrices} wrote. @throws LimbeckError `corrupt-file` if the sizes do not fit */
export async function loadMatrices(folder: string, name: string): Promise<Matrices> {
  const shapes = JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8')) as {
    readonly [key: string]: readonly number[];
  };
  const file = await readFile(path.join(folder, `${name}.f32`));
  const numbers = new Float32Array(
    file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
  );
  let at = 0;
  const found: { [key: string]: HostTensor<'float32'> } = {};
  for (const [key, shape] of Object.entries(shapes)) {
    const size = shape.reduce((product, dim) => product * dim, 1);
    found[key] = hostTensor('float32', shape, numbers.slice(at, at + size));
    at += size;
  }
  if (at === numbers.length) return found;
  throw new LimbeckError('corrupt-file', {
    where: `${name}.f32`,
    given: `${numbers.length} numbers`,
    expected: `${at} numbers, as ${name}.json says`,
    next: 'Delete the run folder and run again.',
  });
}
