import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** What else the machine did while something was measured. */
export interface OtherLoad {
  /** Which share of all cores' time other processes took. */
  readonly otherLoad: number;
}

/** From which share of other work on a block is measured again. */
const disturbed = 0.1;

/** Milliseconds that all cores together have worked, and that have passed on them. */
function coreTimes(): { readonly busy: number; readonly all: number } {
  let [busy, all] = [0, 0];
  for (const { times } of os.cpus()) {
    const working = times.user + times.nice + times.sys + times.irq;
    busy += working;
    all += working + times.idle;
  }
  return { busy, all };
}

async function watched<R>(
  run: () => Promise<R>,
  cpuSeconds: (result: R) => number,
): Promise<OtherLoad & { readonly result: R }> {
  const [before, ours] = [coreTimes(), process.cpuUsage()];
  const result = await run();
  const { user, system } = process.cpuUsage(ours);
  const after = coreTimes();
  const own = cpuSeconds(result) * 1000 + (user + system) / 1000;
  const all = Math.max(1, after.all - before.all);
  return { result, otherLoad: Math.max(0, (after.busy - before.busy - own) / all) };
}

async function untilQuiet(deadline: number): Promise<void> {
  const idle = (): Promise<void> => sleep(1000);
  while (Date.now() < deadline) {
    const { otherLoad } = await watched(idle, () => 0);
    if (otherLoad <= disturbed) return;
  }
}

/**
 * Runs something while the machine does little else: waits for that, and runs again if it did not last. After the deadline
 * it runs once, whatever else is going on.
 *
 * @param cpuSeconds - CPU seconds that the result says other processes of ours took
 * @param deadline - in milliseconds, as `Date.now()` counts
 */
export async function undisturbed<R>(
  run: () => Promise<R>,
  cpuSeconds: (result: R) => number,
  deadline: number,
): Promise<OtherLoad & { readonly result: R }> {
  for (;;) {
    await untilQuiet(deadline);
    const found = await watched(run, cpuSeconds);
    if (found.otherLoad <= disturbed || Date.now() >= deadline) return found;
  }
}
