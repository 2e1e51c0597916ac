// `pnpm soak json-files`: reads 100,000 damaged JSON files. Each has to be read or refused with an error of ours, in little time
// and memory. `--times N` for fewer, `--seed N` for others.
import { soak } from '../test/node/fuzz/soak.js';

await soak('json');
