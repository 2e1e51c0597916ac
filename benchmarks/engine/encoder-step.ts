// `pnpm --filter bench-engine bench`: measures the encoder step and writes results/encoder-step.json and RESULTS.md.
//   --smoke     the same on a tiny encoder, in seconds; writes nothing
//   --clip 1    with gradients clipped to this global norm; writes nothing
//   --rounds 7, --threads 2, --patience 600 (seconds to wait in all while other processes are busy)
import { encoderStep } from './src/encoder-step.js';

await encoderStep(process.argv.slice(2));
