// `pnpm soak onnx-files`: reads 100,000 damaged ONNX files. Each has to be read or refused with an error of ours, in little
// time and memory. A file that was met otherwise is written beside the others of its kind, and its path is printed.
//
//   --times 100000 (how many), --seed 2
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Rng } from '@limbeck/core';
import { fuzz, memoryInUse } from '../test/onnx/fuzz/judge.js';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '100000' }, seed: { type: 'string', default: '2' } },
});
const times = Number(values.times);
const rng = Rng.from(Number(values.seed)).stream('onnx');
const { read, refused, faults } = fuzz(times, rng, memoryInUse);
if (faults.length > 0) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'onnx-files-'));
  faults.forEach(({ bytes, fault }, i) => {
    const file = path.join(folder, `${i}.onnx`);
    writeFileSync(file, bytes);
    console.log(`${file}: ${fault}`);
  });
}
console.log(`${read} read, ${refused} refused`);
console.log(`${read + refused}/${times} equal`);
process.exitCode = read + refused === times ? 0 : 1;
