// A small training that Node and a page run alike: a text classifier with dropout, AdamW, batches in shuffled order.
import { hostTensor, Rng } from '@limbeck/core';
import { crossEntropy } from '@limbeck/losses';
import { encoderClassifier } from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import { distillation, train } from '@limbeck/train';

const [batch, tokens, vocabulary] = [8, 12, 40];
const labels = ['none', 'some', 'many'];

/** Texts of random tokens, whose class is how often token 1 is among them. */
function batchAt(at) {
  const rng = Rng.from(7).stream(`batch ${at}`);
  const ids = BigInt64Array.from({ length: batch * tokens }, () =>
    BigInt(rng.uniform() < 0.15 ? 1 : rng.integer(vocabulary)),
  );
  const mask = new BigInt64Array(batch * tokens).fill(1n);
  const found = Array.from({ length: batch }, (_, row) => {
    const own = ids.subarray(row * tokens, (row + 1) * tokens);
    return Math.min(2, own.filter((id) => id === 1n).length);
  });
  return {
    inputs: {
      ids: hostTensor('int64', [batch, tokens], ids),
      mask: hostTensor('int64', [batch, tokens], mask),
    },
    labels: hostTensor('int64', [batch], BigInt64Array.from(found, BigInt)),
  };
}

const text = { dtype: 'int64', shape: ['batch', 'tokens'] };
const source = {
  specs: { inputs: { ids: text, mask: text }, labels: { dtype: 'int64', shape: ['batch'] } },
  async *open(from) {
    for (let at = from?.at ?? 0; ; at++) yield { batch: batchAt(at), position: { at: at + 1 } };
  },
};

async function sha256(bytes) {
  const hash = await crypto.subtle.digest('SHA-256', bytes.slice());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Trains for some steps, and gives the loss of each and the sha256 of every graph that was run. */
export async function trainSteps(engine, steps) {
  const student = encoderClassifier({
    labels,
    vocabulary,
    maxTokens: tokens,
    width: 16,
    layers: 2,
    heads: 2,
    feedForward: 32,
    dropout: 0.1,
  });
  const program = distillation({
    student,
    loss: crossEntropy(),
    optimizer: adamw({ rate: 3e-3 }),
    batches: source,
    steps,
    canary: 'off',
  });
  const graphs = [];
  const losses = [];
  const { provider, threads } = engine;
  const watched = {
    provider,
    threads,
    async load(graph) {
      graphs.push(await sha256(graph.bytes));
      return engine.load(graph);
    },
    dispose: () => engine.dispose(),
  };
  await train(program, {
    engine: watched,
    seed: 3,
    reportEvery: 1,
    onEvent: ({ kind, metrics }) => {
      if (kind === 'train/step') losses.push(metrics.loss);
    },
  });
  return { losses, graphs };
}
