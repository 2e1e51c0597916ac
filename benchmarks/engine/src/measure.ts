import type { Contestant } from './contestants.js';
import type { Block, Ready } from './protocol.js';
import { type OtherLoad, undisturbed } from './other-load.js';
import { RemoteSystem } from './remote-system.js';

/** What one contestant measured. */
export interface Measured {
  readonly contestant: Contestant;
  readonly ready: Ready;
  /** Losses of the first steps, from the same weights on the same batches. */
  readonly firstLosses: readonly number[];
  /** One block a round. */
  readonly rounds: readonly (Block & OtherLoad)[];
}

/** How long to measure. */
export interface Plan {
  /** Steps whose losses are compared; they also warm up. */
  readonly firstSteps: number;
  readonly rounds: number;
  /** A block's aim in milliseconds; it holds at least one step. */
  readonly blockMs: number;
  /** A block is measured again while other processes take more than a tenth of the machine, for so long in all. */
  readonly patienceSeconds: number;
  readonly log: (line: string) => void;
}

/** Milliseconds of the fastest of some steps: what is left when nothing else runs. */
const fastest = ({ stepMs }: Block): number => Math.min(...stepMs);

/**
 * Measures contestants in rounds, a block of each after a block of the one before, so that whatever slows the machine for
 * a while slows all of them. Each lives in a process of its own, which waits while others run.
 */
export async function measure(
  contestants: readonly Contestant[],
  plan: Plan,
): Promise<readonly Measured[]> {
  const { firstSteps, rounds, blockMs, patienceSeconds, log } = plan;
  const running: {
    readonly contestant: Contestant;
    readonly remote: RemoteSystem;
    readonly ready: Ready;
    readonly first: Block;
    readonly steps: number;
    readonly blocks: (Block & OtherLoad)[];
  }[] = [];
  try {
    const started = await Promise.all(
      contestants.map(async (contestant) => ({
        contestant,
        ...(await RemoteSystem.start(contestant.command)),
      })),
    );
    for (const { contestant, remote, ready } of started) {
      const first = await remote.run(firstSteps);
      const steps = Math.min(10, Math.max(1, Math.round(blockMs / fastest(first))));
      running.push({ contestant, remote, ready, first, steps, blocks: [] });
      log(`${contestant.name} ${ready.version} (${ready.runsOn}): ${fastest(first).toFixed(0)} ms`);
    }
    const ms = running.reduce((sum, { first, steps }) => sum + steps * fastest(first), 0);
    log(`${rounds} rounds of about ${(ms / 1000).toFixed(0)} s follow.`);
    const deadline = Date.now() + patienceSeconds * 1000;
    for (let round = 0; round < rounds; round++) {
      for (const { remote, steps, blocks } of running) {
        const { result, otherLoad } = await undisturbed(
          () => remote.run(steps),
          ({ cpuSeconds }) => cpuSeconds,
          deadline,
        );
        blocks.push({ ...result, otherLoad });
      }
      log(`Round ${round + 1} of ${rounds} is done.`);
    }
  } finally {
    await Promise.all(running.map(({ remote }) => remote.stop()));
  }
  return running.map(({ contestant, ready, first, blocks }) => ({
    contestant,
    ready,
    firstLosses: first.losses,
    rounds: blocks,
  }));
}
