// `pnpm --filter bench-engine lowering`: the step written in other ways, alternating; writes results/lowering.json.
//   --smoke     the same on a tiny encoder; writes nothing
//   --rounds 10, --patience 600 (seconds to wait in all while other processes are busy)
import { lowering } from './src/lowering.js';

await lowering(process.argv.slice(2));
