// The worker ends while calls are pending: by itself, as a lack of memory would end it, or by an error that nobody caught.
import { Worker } from 'node:worker_threads';
import { nodeEngine } from '@limbeck/runtime/node';
import { batch, carry, codeOf, constants, graph, state } from './worker-graph.mjs';

// The engine keeps its worker to itself: what it posts to is caught on the way.
let thread;
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (...given) {
  thread = this;
  return post.apply(this, given);
};

/** What calls get before, when and after the worker dies of what it is posted. */
async function death(deadly) {
  const engine = await nodeEngine({ worker: true, threads: 1 });
  const runner = await engine.load(graph);
  const stepper = await runner.stepper({ carry, state, constants });
  const finished = await stepper.step(batch(2, 0), ['loss']);
  const large = batch(16384, 0);
  const small = { ...state, ...constants, ...batch(2, 0) };
  // First in the worker's queue, so that it dies before any of the calls is answered.
  thread.postMessage(deadly, []);
  const calls = [stepper.step(large), stepper.step(large), runner.run(small)];
  const settled = await Promise.allSettled(calls);
  const errors = settled.map(({ reason }) => reason);
  const dispose = await codeOf(() => engine.dispose());
  return {
    finished: Number.isFinite(finished.loss.data[0]),
    pending: errors.map((error) => error?.code),
    one: new Set(errors.map(({ message }) => message)).size === 1,
    says: /checkpoint/.test(errors[0].next),
    later: await codeOf(() => stepper.step(batch(1, 0))),
    dispose,
  };
}

console.log(JSON.stringify({ ended: await death('stop'), crashed: await death(null) }));
