// How often a 10 ms timer of the main thread fires during 20 training steps, with a worker and without, and when nothing
// runs.
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeEngine } from '@limbeck/runtime/node';
import { input, toOnnx } from '@limbeck/tensor';
import { wave } from './worker-graph.mjs';

const steps = 20;
const idleMs = 600;

// Long steps on little data, as a training step is: what blocks is the run, not the copying of what is fed.
const [rows, width] = [256, 1024];
const weight = input('weight', { dtype: 'float32', shape: [width, width] });
let x = input('x', { dtype: 'float32', shape: ['rows', width] });
for (let layer = 0; layer < 8; layer++) x = x.matmul(weight).tanh();
const graph = toOnnx({ after: weight.mul(0.999), loss: x.square().mean() });

/** Ticks a second while some work is done. */
async function ticksPerSecond(work) {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 10);
  const start = performance.now();
  await work();
  clearInterval(timer);
  return (ticks / (performance.now() - start)) * 1000;
}

async function besideSteps(worker) {
  // One thread for the engine leaves the other core to the main thread.
  const engine = await nodeEngine({ worker, threads: 1 });
  const runner = await engine.load(graph);
  const state = { weight: wave([width, width], 1) };
  const stepper = await runner.stepper({ carry: { after: 'weight' }, state });
  const fed = { x: wave([rows, width], 2) };
  const ticks = await ticksPerSecond(async () => {
    for (let i = 0; i < steps; i++) await stepper.step(fed, ['loss']);
  });
  await engine.dispose();
  return ticks;
}

// What this machine manages at the moment, before and after: other processes take their share.
const before = await ticksPerSecond(() => sleep(idleMs));
const ticks = await besideSteps(true);
const after = await ticksPerSecond(() => sleep(idleMs));
const blocked = await besideSteps(false);
console.log(JSON.stringify({ ticks, blocked, idle: Math.min(before, after) }));
