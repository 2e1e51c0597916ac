// Compiles kernels/ to src/kernels/gen/kernel-bytes.ts: npx tsx packages/runtime/scripts/kernels.ts
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const options = [
  ['--outFile', 'kernels.wasm'],
  ['--optimizeLevel', '3'],
  ['--noAssert', '--noExportMemory', '--importMemory'],
  ['--runtime', 'stub'],
  ['--enable', 'simd,bulk-memory'],
];

/** The file that the sources give. */
export async function compileKernels(): Promise<string> {
  let bytes = new Uint8Array();
  let said = '';
  const { error } = await asc.main(['kernels/index.ts', ...options.flat()], {
    readFile: (name) => readFile(new URL(`../${name}`, import.meta.url), 'utf8').catch(() => null),
    listFiles: () => [],
    stderr: { write: (text) => void (said += String(text)) },
    writeFile: (_name, contents) => {
      bytes = contents as Uint8Array<ArrayBuffer>;
    },
  });
  if (error !== null) throw new Error(`${error.message}\n${said}`);
  return [
    '// Made by scripts/kernels.ts from kernels/.',
    '',
    '/** The loops as a WebAssembly module, in base64. */',
    `export const kernelBytes =\n  '${Buffer.from(bytes).toString('base64')}';`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = new URL('../src/kernels/gen/kernel-bytes.ts', import.meta.url);
  await writeFile(target, await compileKernels());
}
