import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';

/** Float32 matrices by name: `[rows, columns]` each, row-major. */
export type Matrices = { readonly [name: string]: Float32Array };

/**
 * Writes matrices as one file of their numbers and one of their sizes. The second appears last and whole, so that where it
 * stands the first is whole as well, whatever killed the process.
 */
export async function saveMatrices(
  folder: string,
  name: string,
  matrices: Matrices,
  about: object = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const entries = Object.entries(matrices);
  const bytes = entries.map(([, data]) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  await writeFile(path.join(folder, `${name}.f32`), Buffer.concat(bytes));
  const sizes = Object.fromEntries(entries.map(([key, data]) => [key, data.length]));
  const draft = path.join(folder, `${name}.json.tmp`);
  await writeFile(draft, JSON.stringify({ sizes, about }));
  await rename(draft, path.join(folder, `${name}.json`));
}

/** Whether {@link saveMatrices} has come to its end. */
export async function hasMatrices(folder: string, name: string): Promise<boolean> {
  return stat(path.join(folder, `${name}.json`)).then(
    () => true,
    () => false,
  );
}

/** Reads what {@link saveMatrices} wrote. @throws LimbeckError `corrupt-file` if the sizes do not fit */
export async function loadMatrices<About = unknown>(
  folder: string,
  name: string,
): Promise<{ readonly matrices: Matrices; readonly about: About }> {
  const text = await readFile(path.join(folder, `${name}.json`), 'utf8');
  const { sizes, about } = JSON.parse(text) as {
    readonly sizes: { readonly [key: string]: number };
    readonly about: About;
  };
  const file = await readFile(path.join(folder, `${name}.f32`));
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  if (file.length !== 4 * total) {
    throw new LimbeckError('corrupt-file', {
      where: `${name}.f32`,
      given: `${file.length} bytes`,
      expected: `${4 * total}, as ${name}.json says`,
      next: 'Delete the run folder and run again.',
    });
  }
  const numbers = new Float32Array(
    file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
  );
  let at = 0;
  const matrices = Object.fromEntries(
    Object.entries(sizes).map(([key, size]) => [key, numbers.slice(at, (at += size))]),
  );
  return { matrices, about };
}
