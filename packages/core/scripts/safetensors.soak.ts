// Broken safetensors files against the reader: every one must end in an error of ours or in tensors no larger than ten
// times the file. `pnpm soak safetensors`, or `--times N` for fewer.
import process from 'node:process';
import { faultOf, mutant } from '../test/safetensors/mutants.js';

const at = process.argv.indexOf('--times');
const times = at < 0 ? 100_000 : Number(process.argv[at + 1]);
let right = 0;
// Other files than those of the tests, which start at seed 0.
const first = 1_000_000;
for (let seed = first; seed < first + times; seed++) {
  const fault = faultOf(mutant(seed));
  if (fault === undefined) right++;
  else console.error(`mutant ${seed}: ${fault}`);
}
console.log(`${right}/${times} equal`);
process.exitCode = right === times ? 0 : 1;
