// Resident memory of a process that trains: node memory-steps.mjs EARLY LATE [worker] prints it in bytes after both counts of
// steps. A network of three layers, Adam, batches of eight different lengths, the loss fetched on each step.
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeEngine } from '@limbeck/runtime/node';
import { grad, input, toOnnx } from '@limbeck/tensor';
import { wave } from './worker-graph.mjs';

const [early, late] = process.argv.slice(2, 4).map(Number);
const worker = process.argv[4] === 'worker';
const widths = [64, 128, 128, 10];

const x = input('x', { dtype: 'float32', shape: ['rows', widths[0]] });
const y = input('y', { dtype: 'float32', shape: ['rows', widths.at(-1)] });
const weights = widths
  .slice(1)
  .map((width, i) => input(`w${i}`, { dtype: 'float32', shape: [widths[i], width] }));
const out = weights.reduce((h, weight, i) => {
  const next = h.matmul(weight);
  return i < weights.length - 1 ? next.tanh() : next;
}, x);
const loss = out.sub(y).square().mean();
const outputs = { loss };
const carry = {};
const state = {};
const carried = (name, next, start) => {
  outputs[`next/${name}`] = next;
  carry[`next/${name}`] = name;
  state[name] = start;
};
grad(loss, weights).forEach((gradient, i) => {
  const shape = [widths[i], widths[i + 1]];
  const zeros = { dtype: 'float32', shape, data: new Float32Array(shape[0] * shape[1]) };
  const [m, v] = ['m', 'v'].map((name) => input(`${name}${i}`, { dtype: 'float32', shape }));
  const first = m.mul(0.9).add(gradient.mul(0.1));
  const second = v.mul(0.999).add(gradient.square().mul(0.001));
  carried(`w${i}`, weights[i].sub(first.mul(1e-3).div(second.sqrt().add(1e-8))), wave(shape, i));
  carried(`m${i}`, first, zeros);
  carried(`v${i}`, second, zeros);
});

const engine = await nodeEngine({ threads: 1, worker });
const runner = await engine.load(toOnnx(outputs));
const stepper = await runner.stepper({ carry, state });
const batches = Array.from({ length: 8 }, (_, i) => ({
  x: wave([16 + 7 * i, widths[0]], i),
  y: wave([16 + 7 * i, widths.at(-1)], -i),
}));

/** What stays when garbage is gone. */
async function residentBytes() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await sleep(20);
  }
  return process.memoryUsage.rss();
}

const rss = [];
for (let step = 1; step <= late; step++) {
  await stepper.step(batches[step % batches.length], ['loss']);
  if (step === early || step === late) rss.push(await residentBytes());
}
await engine.dispose();
console.log(JSON.stringify({ early: rss[0], late: rss[1] }));
