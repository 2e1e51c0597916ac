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
  const shapes = readShapes(name, await readFile(path.join(folder, `${name}.json`), 'utf8'));
  const file = await readFile(path.join(folder, `${name}.f32`));
  const sizes = Object.values(shapes).map((shape) =>
    shape.reduce((product, dim) => product * dim, 1),
  );
  const size = sizes.reduce((sum, part) => sum + part, 0);
  if (file.length !== 4 * size) {
    throw corrupt(`${name}.f32`, `${file.length} bytes`, `${4 * size}, as ${name}.json says`);
  }
  const numbers = new Float32Array(
    file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
  );
  let at = 0;
  return Object.fromEntries(
    Object.entries(shapes).map(([key, shape], i) => {
      const data = numbers.slice(at, (at += sizes[i]!));
      return [key, hostTensor('float32', shape, data)];
    }),
  );
}

type Shapes = { readonly [key: string]: readonly number[] };

function readShapes(name: string, text: string): Shapes {
  try {
    return JSON.parse(text) as Shapes;
  } catch (cause) {
    throw corrupt(`${name}.json`, `${text.length} characters that are no JSON`, 'shapes', cause);
  }
}

function corrupt(where: string, given: string, expected: string, cause?: unknown): LimbeckError {
  const next = 'Delete the run folder and run again.';
  return new LimbeckError('corrupt-file', { where, given, expected, next, cause });
}
