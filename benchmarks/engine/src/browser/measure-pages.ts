import type { Page } from 'playwright-core';
import { undisturbed, type OtherLoad } from '../other-load.js';
import type { Ready } from '../protocol.js';
import type { PageContestant } from './contestants.js';
import { cpuSecondsBelow } from './cpu-seconds.js';
import type { PageBlock } from './page.js';

/** A block of steps in a page. */
export type Block = PageBlock & OtherLoad & { readonly cpuSeconds: number };

/** What one page measured. */
export interface MeasuredPage {
  readonly contestant: PageContestant;
  readonly ready: Ready;
  /** Losses of the first steps, from the same weights on the same batches. */
  readonly firstLosses: readonly number[];
  /** One block a round. */
  readonly rounds: readonly Block[];
}

/** How long to measure. */
export interface PagePlan {
  readonly firstSteps: number;
  readonly rounds: number;
  /** A block's aim in milliseconds; it holds at least one step. */
  readonly blockMs: number;
  /** A block is measured again while other processes take more than a tenth of the machine, for so long in all. */
  readonly patienceSeconds: number;
  readonly log: (line: string) => void;
}

const call = <R>(page: Page, name: 'start' | 'run', argument: unknown): Promise<R> =>
  page.evaluate<R>(`bench.${name}(${JSON.stringify(argument)})`);

async function block(page: Page, steps: number): Promise<PageBlock & { cpuSeconds: number }> {
  // A page in the background may be slowed down by the browser.
  await page.bringToFront();
  const before = cpuSecondsBelow(process.pid);
  const result = await call<PageBlock>(page, 'run', steps);
  return { ...result, cpuSeconds: cpuSecondsBelow(process.pid) - before };
}

/**
 * Measures systems in rounds, a block of each after a block of the one before, so that whatever slows the machine for a
 * while slows all of them. Each lives in a page of its own, which waits while others run.
 *
 * @param open - opens a page whose script is loaded
 */
export async function measurePages(
  contestants: readonly PageContestant[],
  open: () => Promise<Page>,
  plan: PagePlan,
): Promise<readonly MeasuredPage[]> {
  const { firstSteps, rounds, blockMs, patienceSeconds, log } = plan;
  const running: (MeasuredPage & {
    readonly page: Page;
    readonly steps: number;
    readonly rounds: Block[];
  })[] = [];
  for (const contestant of contestants) {
    const page = await open();
    const ready = await call<Ready & { readonly isolated: boolean }>(
      page,
      'start',
      contestant.options,
    );
    if (!ready.isolated) throw new Error('The page is not cross-origin isolated.');
    const first = await block(page, firstSteps);
    const fastest = Math.min(...first.stepMs);
    const steps = Math.min(10, Math.max(1, Math.round(blockMs / fastest)));
    running.push({ contestant, ready, page, steps, firstLosses: first.losses, rounds: [] });
    log(`${contestant.name} ${ready.version} (${ready.runsOn}): ${fastest.toFixed(0)} ms`);
  }
  const deadline = Date.now() + patienceSeconds * 1000;
  for (let round = 0; round < rounds; round++) {
    for (const { page, steps, rounds: blocks } of running) {
      const { result, otherLoad } = await undisturbed(
        () => block(page, steps),
        ({ cpuSeconds }) => cpuSeconds,
        deadline,
      );
      blocks.push({ ...result, otherLoad });
    }
    log(`Round ${round + 1} of ${rounds} is done.`);
  }
  return running;
}
