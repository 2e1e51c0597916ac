// The worker ends while calls are pending, as a lack of memory would end it.
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

const engine = await nodeEngine({ worker: true, threads: 1 });
const runner = await engine.load(graph);
const stepper = await runner.stepper({ carry, state, constants });
const large = batch(16384, 0);
const small = { ...state, ...constants, ...batch(2, 0) };
// First in the worker's queue, so that it ends before any of the calls is answered.
thread.postMessage('stop', []);
const pending = Promise.all([
  codeOf(() => stepper.step(large)),
  codeOf(() => stepper.step(large)),
  codeOf(() => runner.run(small)),
]);
const codes = await pending;
const later = await codeOf(() => stepper.step(batch(1, 0)));
const dispose = (await codeOf(() => engine.dispose())) === 'no error' ? 'done' : 'failed';
console.log(JSON.stringify({ pending: codes, later, dispose }));
