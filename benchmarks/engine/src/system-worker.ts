// The process of one system. Its options stand on the command line; each number of steps on its standard input is
// answered by a line that says what they took.
import { createInterface } from 'node:readline';
import type { Block, System, SystemOptions } from './protocol.js';

// Each process loads its own system alone: memory is compared too.
const systems: {
  readonly [name in SystemOptions['system']]: () => Promise<
    (options: SystemOptions) => Promise<System>
  >;
} = {
  limbeck: async () => (await import('./systems/limbeck.js')).limbeck,
  tfjs: async () => (await import('./systems/tfjs.js')).tfjs,
  'jax-js': async () => (await import('./systems/jax-js.js')).jaxJs,
  products: async () => (await import('./systems/products-alone.js')).productsAlone,
};

/** Answers start with a mark: libraries print what they like. */
const answer = (value: unknown): void => console.log(`@ ${JSON.stringify(value)}`);

async function run(system: System, steps: number): Promise<Block> {
  const [stepMs, losses]: [number[], number[]] = [[], []];
  const before = process.cpuUsage();
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    losses.push(await system.step());
    stepMs.push(performance.now() - start);
  }
  const { user, system: kernel } = process.cpuUsage(before);
  return {
    stepMs,
    losses,
    cpuSeconds: (user + kernel) / 1e6,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    ...system.extra?.(),
  };
}

const options = JSON.parse(process.argv[2]!) as SystemOptions;
const create = await systems[options.system]();
const system = await create(options);
answer({ version: system.version, runsOn: system.runsOn });
for await (const line of createInterface({ input: process.stdin })) {
  answer(await run(system, Number(line)));
}
// Engines keep threads that would keep the process.
process.exit(0);
