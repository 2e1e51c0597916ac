// `node --conditions=@limbeck/source --import tsx benchmarks/engine/passes.ts`: nodes and times of the encoder's gradients and
// of a vocabulary head after each pass, one added at a time, alternating; writes results/passes.json.
//   --smoke     the same on tiny sizes; writes nothing
//   --rounds 10, --patience 600 (seconds to wait in all while other processes are busy)
import { passes } from './src/passes.js';

await passes(process.argv.slice(2));
