import { type HostTensor, leaves } from '@limbeck/core';
import type { numpy } from '@jax-js/jax';
import type { System, SystemOptions } from '../protocol.js';
import { adamw, batchCount, normEpsilon, type Sizes } from '../sizes.js';
import { batches, startWeights } from '../start.js';

// Node 20 has no navigator, which jax-js reads when it is loaded.
(globalThis as { navigator?: object }).navigator ??= {};
const jax = await import('@jax-js/jax');
const { lax, nn, numpy: np } = jax;

type Value = numpy.Array;
type Weights = { [path: string]: Value };
type State = { weights: Weights; first: Weights; second: Weights };
type Rest = { mask: Value; labels: Value };
type Fed = Rest & { ids: Value };
/** 1 / (1 − βᵗ) of both moments. */
type Corrections = { first: Value; second: Value };

const tableName = 'tokens/table';

/**
 * jax-js on its WASM device. With a one-hot product the whole step is one `jit`. The gradient of `take` exists, but not
 * inside `jit`: with a gather the lookup stands outside, and the forward and backward pass and the update are two.
 */
export async function jaxJs(options: SystemOptions): Promise<System> {
  const { sizes, lookup } = options;
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const start = leaves<HostTensor>(startWeights(sizes));
  const tree = (value: (host: HostTensor) => Value): Weights =>
    Object.fromEntries(start.map(([name, host]) => [name, value(host)]));
  const zeros = (): Weights => tree(({ shape }) => np.zeros([...shape]));
  let state: State = {
    weights: tree(({ data, shape }) => np.array(data, { shape: [...shape] })),
    first: zeros(),
    second: zeros(),
  };
  const step = lookup === 'gather' ? gatherStep(options) : oneHotStep(options);
  const all = batches(sizes, batchCount);
  let done = 0;
  return {
    version: '0.1.25',
    runsOn: 'WASM',
    step: async () => {
      const { ids, mask, labels } = all[done++ % all.length]!;
      const [beta1, beta2] = adamw.betas;
      const { loss, next } = step(
        state,
        {
          ids: np.array(ids),
          mask: np.array(Float32Array.from(mask), { shape: [sizes.batch, sizes.tokens] }),
          labels: np.array(labels),
        },
        { first: np.array(1 / (1 - beta1 ** done)), second: np.array(1 / (1 - beta2 ** done)) },
      );
      state = next;
      await jax.blockUntilReady(state);
      const [value] = (await loss.data()) as Float32Array;
      return value!;
    },
  };
}

type TakeStep = (
  state: State,
  batch: Fed,
  corrections: Corrections,
) => { loss: Value; next: State };

function oneHotStep({ sizes, clip }: SystemOptions): TakeStep {
  return jax.jit((state: State, { ids, ...batch }: Fed, corrections: Corrections) => {
    const [loss, gradients] = jax.valueAndGrad((weights: Weights) => {
      const found = np.matmul(nn.oneHot(ids, sizes.vocabulary), weights[tableName]!);
      return lossOf(weights, found, batch, sizes);
    })(jax.tree.ref(state.weights)) as [Value, Weights];
    return { loss, next: updated(state, gradients, corrections, clip) };
  }) as TakeStep;
}

function gatherStep({ sizes, clip }: SystemOptions): TakeStep {
  const gradients = jax.jit((weights: Weights, found: Value, batch: Rest) =>
    jax.valueAndGrad((given: Weights, rows: Value) => lossOf(given, rows, batch, sizes), {
      argnums: [0, 1],
    })(weights, found),
  ) as unknown as (weights: Weights, found: Value, batch: Rest) => [Value, [Weights, Value]];
  const update = jax.jit((state: State, slopes: Weights, corrections: Corrections) =>
    updated(state, slopes, corrections, clip),
  ) as unknown as (state: State, slopes: Weights, corrections: Corrections) => State;
  return (state, { ids, ...batch }, corrections) => {
    const [found, pullBack] = jax.vjp(
      (table: Value) => np.take(table, ids, 0),
      [state.weights[tableName]!.ref],
    ) as unknown as [Value, { (slope: Value): [Value]; dispose(): void }];
    const { [tableName]: _table, ...others } = state.weights;
    const [loss, [slopes, slope]] = gradients(jax.tree.ref(others), found, batch);
    const [table] = pullBack(slope);
    pullBack.dispose();
    return { loss, next: update(state, { ...slopes, [tableName]: table }, corrections) };
  };
}

/** Every use of an array but the last takes a reference of its own: functions own what they are given. */
function lossOf(weights: Weights, found: Value, { mask, labels }: Rest, sizes: Sizes): Value {
  const { batch, layers, width, heads, tokens, classes } = sizes;
  const rows = batch * tokens;
  const linear = (at: string, x: Value): Value =>
    np.matmul(x, weights[`${at}/weight`]!).add(weights[`${at}/bias`]!);
  const norm = (at: string, x: Value): Value => {
    const mean = np.mean(x.ref, -1, { keepdims: true });
    const centred = x.sub(mean);
    const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
    const scale = np.sqrt(variance.add(normEpsilon));
    return centred.div(scale).mul(weights[`${at}/gamma`]!).add(weights[`${at}/beta`]!);
  };
  const split = (x: Value): Value =>
    x.reshape([batch, tokens, heads, width / heads]).transpose([0, 2, 1, 3]);
  const gelu = (x: Value): Value => x.ref.mul(lax.erf(x.mul(Math.SQRT1_2)).add(1)).mul(0.5);

  const added = mask.ref.sub(1).mul(1e9).reshape([batch, 1, 1, tokens]);
  let x = found
    .reshape([batch, tokens, width])
    .add(weights['positions/table']!)
    .reshape([rows, width]);
  for (let layer = 0; layer < layers; layer++) {
    const at = `encoder/${layer}`;
    const h = norm(`${at}/attentionNorm`, x.ref);
    const query = split(linear(`${at}/attention/query`, h.ref)).mul(1 / Math.sqrt(width / heads));
    const key = split(linear(`${at}/attention/key`, h.ref));
    const value = split(linear(`${at}/attention/value`, h));
    const scores = np.matmul(query, key.transpose([0, 1, 3, 2])).add(added.ref);
    const mixed = np.matmul(nn.softmax(scores, -1), value);
    const joined = mixed.transpose([0, 2, 1, 3]).reshape([rows, width]);
    x = x.add(linear(`${at}/attention/output`, joined));
    const inner = gelu(linear(`${at}/inner`, norm(`${at}/outputNorm`, x.ref)));
    x = x.add(linear(`${at}/outer`, inner));
  }
  added.dispose();
  const states = norm('norm', x).reshape([batch, tokens, width]);
  const total = states.mul(mask.ref.reshape([batch, tokens, 1])).sum(1);
  const pooled = total.div(np.sum(mask, 1, { keepdims: true }));
  const logQ = nn.logSoftmax(linear('classifier', pooled), -1);
  return np.mean(logQ.mul(nn.oneHot(labels, classes)).sum(-1)).mul(-1);
}

function clipped(gradients: Weights, norm: number): Weights {
  const squares = Object.values(gradients).map((g) => np.square(g.ref).sum());
  const n = np.sqrt(squares.reduce((total, square) => total.add(square)));
  const factor = np.array(norm).div(np.maximum(n, norm));
  const scaled = Object.entries(gradients).map(([name, g]) => [name, g.mul(factor.ref)] as const);
  factor.dispose();
  return Object.fromEntries(scaled);
}

function updated(
  { weights, first, second }: State,
  slopes: Weights,
  corrections: Corrections,
  clip: number | undefined,
): State {
  const { rate, betas, epsilon, weightDecay } = adamw;
  const [beta1, beta2] = betas;
  const gradients = clip === undefined ? slopes : clipped(slopes, clip);
  const next: State = { weights: {}, first: {}, second: {} };
  for (const [name, theta] of Object.entries(weights)) {
    const g = gradients[name]!;
    const m = first[name]!.mul(beta1).add(g.ref.mul(1 - beta1));
    const v = second[name]!.mul(beta2).add(np.square(g).mul(1 - beta2));
    const root = np.sqrt(v.ref.mul(corrections.second.ref)).add(epsilon);
    const change = m.ref.mul(corrections.first.ref).mul(rate).div(root);
    next.weights[name] = theta.mul(1 - rate * weightDecay).sub(change);
    next.first[name] = m;
    next.second[name] = v;
  }
  corrections.first.dispose();
  corrections.second.dispose();
  return next;
}
