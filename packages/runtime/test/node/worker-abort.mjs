import { nodeEngine } from '@limbeck/runtime/node';
import { batch, carry, codeOf, constants, graph, state } from './worker-graph.mjs';

const before = await codeOf(() => nodeEngine({ worker: true, abortSignal: AbortSignal.abort() }));

const controller = new AbortController();
const engine = await nodeEngine({ worker: true, threads: 1, abortSignal: controller.signal });
const runner = await engine.load(graph);
const stepper = await runner.stepper({ carry, state, constants });
const large = batch(16384, 0);
const calls = [0, 1].map(() => codeOf(() => stepper.step(large)));
controller.abort(new Error('enough'));
const pending = await Promise.all(calls);
const later = await codeOf(() => stepper.read());
await engine.dispose();

// Never disposed of: the process must end all the same.
const open = await nodeEngine({ worker: true, threads: 1 });
await open.load(graph);
console.log(JSON.stringify({ before, pending, later, leftOpen: true }));
