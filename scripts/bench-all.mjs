// `pnpm bench`: builds what changed and runs every package's benchmarks, one after another, so that none disturbs another.
// What follows goes to turbo: pnpm bench --filter @limbeck/losses
import { pnpm } from './pnpm.mjs';

process.exitCode = pnpm(
  ['exec', 'turbo', 'run', 'bench', '--concurrency', '1', ...process.argv.slice(2)],
  { env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } },
);
