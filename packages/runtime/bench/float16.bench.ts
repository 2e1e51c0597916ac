// What float16 would bring on the CPU provider: a training step (two layers with GELU, forward, backward, SGD) in float32,
// throughout in float16, and with weights that are float16 between steps and float32 within one. Rounds alternate, so
// that a busy machine slows all. Then how a small regression learns with weights kept each way. With --record the result
// is kept in results/float16.json, which docs/decisions/0016-float16.md quotes.
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { Rng } from '@limbeck/core';
import { decodeModel, encodeModel, grad, input, toOnnx } from '@limbeck/tensor';
import * as ort from 'onnxruntime-node';

const threads = 2;
const rounds = 9;
const [float, half] = [1, 10];
const [rows, width, inner] = [512, 256, 1024];
type Storage = 'float32' | 'float16 throughout' | 'float16 between steps';
const storages = ['float32', 'float16 throughout', 'float16 between steps'] as const;

/** The code of the float16 that is nearest, ties to even. */
function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const unit = 2 ** (exponent - 10);
  const scaled = size / unit;
  const below = Math.floor(scaled);
  const rest = scaled - below;
  const units = below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
  return sign | (size < 2 ** -14 ? units : ((exponent + 14) << 10) + units);
}

function valueOf(code: number): number {
  const exponent = (code >> 10) & 31;
  const fraction = code & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return code & 0x8000 ? -size : size;
}

const halves = (values: Float32Array): Uint16Array => Uint16Array.from(values, halfOf);

const { loss, nextFirst, nextSecond } = step();

function step() {
  const x = input('x', { dtype: 'float32', shape: ['rows', width] });
  const y = input('y', { dtype: 'float32', shape: ['rows', width] });
  const first = input('first', { dtype: 'float32', shape: [width, inner] });
  const second = input('second', { dtype: 'float32', shape: [inner, width] });
  const error = x.matmul(first).gelu().matmul(second).sub(y);
  const mean = error.square().mean();
  const [dFirst, dSecond] = grad(mean, [first, second]);
  return {
    loss: mean,
    nextFirst: first.sub(dFirst!.mul(0.02)),
    nextSecond: second.sub(dSecond!.mul(0.02)),
  };
}

const weights = new Set(['first', 'second']);
const next = new Set(['nextFirst', 'nextSecond']);

/** A node that casts. */
function cast(from: string, to: string, type: number) {
  const attribute = [{ name: 'to', type: 2, i: BigInt(type) }];
  const node = [{ opType: 'Cast', name: `${to}/cast`, input: [from], output: [to], attribute }];
  return decodeModel(encodeModel({ graph: { node } })).graph!.node[0]!;
}

/** The step's file with float16 where the storage has it. */
function file(storage: Storage): Uint8Array {
  const model = decodeModel(toOnnx({ loss, nextFirst, nextSecond }).bytes);
  const graph = model.graph!;
  if (storage === 'float32') return encodeModel(model);
  const all = storage === 'float16 throughout';
  for (const value of [...graph.input, ...graph.output]) {
    const { name, type } = value;
    if (type?.value.case !== 'tensorType') continue;
    if (all || weights.has(name) || next.has(name)) type.value.value.elemType = half;
  }
  if (all) {
    for (const tensor of graph.initializer) {
      if (tensor.dataType !== float) continue;
      const bytes = tensor.rawData.slice();
      tensor.rawData = new Uint8Array(halves(new Float32Array(bytes.buffer)).buffer);
      tensor.dataType = half;
    }
    for (const { attribute } of graph.node.filter(({ opType }) => opType === 'Cast')) {
      for (const to of attribute) if (to.i === BigInt(float)) to.i = BigInt(half);
    }
    return encodeModel(model);
  }
  const inside = (name: string): string =>
    weights.has(name) || next.has(name) ? `${name}/float32` : name;
  for (const node of graph.node) {
    node.input = node.input.map(inside);
    node.output = node.output.map(inside);
  }
  graph.node = [
    ...Array.from(weights, (name) => cast(name, inside(name), float)),
    ...graph.node,
    ...Array.from(next, (name) => cast(inside(name), name, half)),
  ];
  return encodeModel(model);
}

const rng = Rng.from(1);
const uniform = (shape: readonly number[], limit: number): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.uniform(-limit, limit));
const start = { first: uniform([width, inner], 0.06), second: uniform([inner, width], 0.03) };
const batch = { x: uniform([rows, width], 1), y: uniform([rows, width], 1) };
const shapes = {
  first: [width, inner],
  second: [inner, width],
  x: [rows, width],
  y: [rows, width],
};

function tensor(name: keyof typeof shapes, values: Float32Array, storage: Storage): ort.Tensor {
  const narrow =
    storage === 'float16 throughout' || (storage === 'float16 between steps' && weights.has(name));
  return narrow
    ? new ort.Tensor('float16', halves(values), shapes[name])
    : new ort.Tensor('float32', values, shapes[name]);
}

async function running(storage: Storage) {
  const session = await ort.InferenceSession.create(file(storage), {
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  let state = {
    first: tensor('first', start.first, storage),
    second: tensor('second', start.second, storage),
  };
  const fed = { x: tensor('x', batch.x, storage), y: tensor('y', batch.y, storage) };
  const once = async (): Promise<number> => {
    const found = await session.run({ ...state, ...fed });
    state = {
      first: found['nextFirst']! as ort.Tensor,
      second: found['nextSecond']! as ort.Tensor,
    };
    const [value] = found['loss']!.data as Float32Array;
    return found['loss']!.type === 'float32' ? value! : valueOf(Number(value));
  };
  const losses = [await once(), await once()];
  return { storage, once, losses, ms: [] as number[] };
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const rounded = (value: number): number => Number(value.toPrecision(3));

const all = [];
for (const storage of storages) all.push(await running(storage));
for (let round = 0; round < rounds; round++) {
  for (const { once, ms } of all) {
    const begin = performance.now();
    for (let i = 0; i < 5; i++) await once();
    ms.push((performance.now() - begin) / 5);
  }
}
const speed = all.map(({ storage, ms, losses }) => ({
  storage,
  stepMs: { median: rounded(middle(ms)), best: rounded(Math.min(...ms)) },
  losses: losses.map(rounded),
}));
for (const each of speed) console.log(JSON.stringify(each));

/** Mean loss, over the last tenth, of a linear regression after steps of descent whose weights are rounded as they are stored. */
function learned(storage: 'float32' | 'float16', rate: number, steps: number): number {
  const draw = Rng.from(2);
  const size = 16;
  const truth = Array.from({ length: size }, () => draw.normal());
  const store = (value: number): number =>
    storage === 'float32' ? Math.fround(value) : valueOf(halfOf(value));
  let found = Array.from({ length: size }, () => store(0));
  let sum = 0;
  for (let at = 0; at < steps; at++) {
    const x = Array.from({ length: size }, () => draw.normal());
    const error = x.reduce((total, value, i) => total + value * (found[i]! - truth[i]!), 0);
    found = found.map((weight, i) => store(weight - rate * error * x[i]!));
    if (at >= steps * 0.9) sum += error ** 2 / (steps / 10);
  }
  return sum;
}
const learning = [1e-2, 1e-3, 2e-4].map((rate) => {
  const steps = Math.round(10 / rate);
  const [float32, float16] = (['float32', 'float16'] as const).map((storage) =>
    rounded(learned(storage, rate, steps)),
  );
  return { rate, steps, float32, float16 };
});
for (const each of learning) console.log(JSON.stringify(each));

if (process.argv.includes('--record')) {
  const machine = {
    cpu: os.cpus()[0]?.model,
    cores: os.availableParallelism(),
    node: process.version,
  };
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ rounds, threads, speed, learning, machine }, undefined, 2);
  writeFileSync(new URL('float16.json', folder), `${text}\n`);
}
