// `pnpm --filter bench-finetune results`: builds RESULTS.md from the files in results/.
import { writePage } from './src/write-result.js';

writePage();
