// Resident memory of a process that loads a graph of 4 MB, runs it and disposes of it, EARLY and LATE times, in bytes.
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeEngine } from '@limbeck/runtime/node';
import { constant, input, toOnnx } from '@limbeck/tensor';
import { wave } from './worker-graph.mjs';

const [early, late] = process.argv.slice(2, 4).map(Number);
const worker = process.argv[4] === 'worker';
const x = input('x', { dtype: 'float32', shape: ['rows', 1024] });
const graph = toOnnx({ y: x.matmul(constant(wave([1024, 1024], 1))).sum() });
const feeds = { x: wave([4, 1024], 2) };
const engine = await nodeEngine({ threads: 1, worker });

const rss = [];
for (let times = 1; times <= late; times++) {
  const runner = await engine.load(graph);
  const stepper = await runner.stepper({ carry: {}, state: feeds });
  await stepper.step({});
  // Disposing of a runner ends its steppers; doing either twice changes nothing.
  await runner.dispose();
  await stepper.dispose();
  await runner.dispose();
  if (times === early || times === late) {
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.();
      await sleep(20);
    }
    rss.push(process.memoryUsage.rss());
  }
}
await engine.dispose();
await engine.dispose();
console.log(JSON.stringify({ early: rss[0], late: rss[1] }));
