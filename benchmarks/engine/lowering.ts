// `pnpm --filter bench-engine lowering`: the step written in other ways, alternating; writes results/lowering.json.
//   --smoke     the same on a tiny encoder; writes nothing
import { lowering } from './src/lowering.js';

await lowering(process.argv.slice(2));
