// `pnpm --filter bench-finetune bench`: fine-tunes a pretrained ONNX file, and writes results/finetune.json and RESULTS.md.
//   --smoke    the same on a few rows and steps, in seconds; writes nothing
//   --seeds 5, --minutes 30 (after which no further run starts)
import { finetune } from './src/finetune.js';

await finetune(process.argv.slice(2));
