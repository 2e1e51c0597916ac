import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type PipelineStep, step } from '@limbeck/pipeline';
import { codeVersion, runPipeline } from '@limbeck/pipeline/node';
import { bench, do_not_optimize, run } from 'mitata';

const root = mkdtempSync(path.join(tmpdir(), 'limbeck-bench-'));

// Twelve steps in a chain, each with twenty files of 50 kB: about what a training run leaves.
const steps: PipelineStep<string, number>[] = [];
for (let i = 0; i < 12; i += 1) {
  const before = steps.at(-1);
  steps.push(
    step(`step-${i}`, {
      module: import.meta.url,
      inputs: before === undefined ? {} : { before },
      run: async (_given, { folder }) => {
        for (let file = 0; file < 20; file += 1) {
          writeFileSync(path.join(folder, `${file}.bin`), Buffer.alloc(50_000, file));
        }
        return i;
      },
    }),
  );
}
const options = { name: 'bench', steps, root, logger: { info() {}, warn() {} } };
await runPipeline(options);

bench('runPipeline, 12 cached steps of 1 MB', async () =>
  do_not_optimize(await runPipeline(options)));
bench('runPipeline, 12 cached steps of 1 MB, all files read again', async () =>
  do_not_optimize(await runPipeline({ ...options, verify: 'full' })));
bench('codeVersion of this file', () => do_not_optimize(codeVersion(import.meta.url)));

await run();
rmSync(root, { recursive: true, force: true });
