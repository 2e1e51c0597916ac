// `pnpm --filter bench-engine bench`: measures every area in a process of its own, and writes results/ and RESULTS.md.
//   --only encoder-step,generation   these areas alone
//   --resume                         leaves out areas whose file is younger than a day: goes on where a run ended
//   --smoke                          the same on tiny sizes, in seconds; writes nothing
//   --rounds 7, --patience 600 (seconds to wait in all while other processes are busy)
//   --clip 0                         the encoder step without clipping; writes nothing
import { bench } from './src/bench.js';

process.exitCode = await bench(process.argv.slice(2));
