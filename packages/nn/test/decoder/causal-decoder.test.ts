import { hostTensor, type HostTensor, type HostTree, leaves, Rng } from '@limbeck/core';
import {
  causalDecoder,
  countParameters,
  type DecoderOptions,
  type DecoderParameters,
  gpt2Names,
  llamaNames,
  readWeights,
  type TextInputs,
  writeWeights,
} from '@limbeck/nn';
import { createContext, grad, interpret, type Tensor, tapped } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import golden from '../golden/decoder.json' with { type: 'json' };
import { built, onRuntime, slope } from '../support/built.js';
import { gap } from '../support/onnx-weights.js';
import { numbers } from '../support/run-model.js';

const sizes = { vocabulary: 11, maxTokens: 6, width: 16, layers: 2, heads: 4, feedForward: 12 };
const llama: DecoderOptions = { ...sizes, keyValueHeads: 2, tied: false };
const gpt2: DecoderOptions = {
  ...sizes,
  norm: 'layer',
  positions: 'learned',
  activation: 'geluTanh',
};
const kinds: { readonly [kind: string]: DecoderOptions } = {
  llama,
  gpt2,
  'neighbours turn, one head answers': {
    ...sizes,
    keyValueHeads: 1,
    headWidth: 6,
    rotaryPairs: 'interleaved',
    activation: 'gelu',
    biases: true,
  },
};

function text(rows: readonly (readonly number[])[], hidden = 0): HostTree<TextInputs> {
  const shape = [rows.length, rows[0]!.length];
  const mask = rows.flatMap((row) => row.map((_, i) => (i < row.length - hidden ? 1 : 0)));
  return { ids: hostTensor('int64', shape, rows.flat()), mask: hostTensor('int64', shape, mask) };
}

const refused = (code: string, given: string): Error =>
  expect.objectContaining({ code, given }) as Error;

describe.each([
  ['llama', llama, llamaNames],
  ['gpt2', gpt2, gpt2Names],
] as const)('the %s family', (family, options, names) => {
  const model = causalDecoder(options);
  const tensors = Object.fromEntries(
    Object.entries(golden[family].tensors).map(([name, { shape, data }]) => [
      name,
      hostTensor('float32', shape, data),
    ]),
  );
  const parameters = readWeights<DecoderParameters>(model.parameterSpecs, names, tensors);

  test('read by its own names, agrees with plain Python', () => {
    const { outputs, feeds } = built(model, text([golden.ids]));
    const fed = { ...feeds, ...Object.fromEntries(leaves<HostTensor>(parameters, 'p')) };
    expect(gap(numbers(outputs.logits, fed), golden[family].logits.flat())).toBeLessThan(1e-7);
  });

  test('is written with its own names', () => {
    const written = writeWeights(parameters, names);
    expect(written).toEqual(tensors);
    const bare = Object.fromEntries(
      Object.entries(written).map(([name, value]) => [
        name.replace(/^(model|transformer)\./, ''),
        value,
      ]),
    );
    expect(readWeights<DecoderParameters>(model.parameterSpecs, names, bare)).toEqual(parameters);
  });

  test('refuses a file that lacks a tensor, or has another size', () => {
    const [name] = Object.keys(tensors);
    const { [name!]: first, ...rest } = tensors;
    expect(() => readWeights<DecoderParameters>(model.parameterSpecs, names, rest)).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        given: expect.stringContaining(name!) as string,
      }) as Error,
    );
    const wide = { ...tensors, [name!]: hostTensor('float32', [1, 16], new Float32Array(16)) };
    expect(() => readWeights<DecoderParameters>(model.parameterSpecs, names, wide)).toThrow(
      refused('shape-mismatch', '[1, 16]'),
    );
    const whole = { ...tensors, [name!]: { ...first!, dtype: 'int32' as const } as never };
    expect(() => readWeights<DecoderParameters>(model.parameterSpecs, names, whole)).toThrow(
      refused('dtype-mismatch', 'int32'),
    );
  });

  test('has no name for what it lacks', () => {
    expect(() => names('decoder/0/somewhere/weight')).toThrow(
      refused('unknown-name', 'the parameter "decoder/0/somewhere/weight"'),
    );
    expect(() => names('other')).toThrow(refused('unknown-name', 'the parameter "other"'));
  });
});

describe.each(Object.entries(kinds))('causalDecoder, %s', (_kind, options) => {
  const model = causalDecoder(options);
  const ids = [3, 7, 1, 10, 4];

  test('does not look ahead, and does not see padding', () => {
    const { outputs, feeds } = built(model, text([ids]));
    const whole = numbers(outputs.logits, feeds);
    const changed = numbers(outputs.logits, {
      ...feeds,
      ...Object.fromEntries(leaves<HostTensor>(text([[3, 7, 1, 9, 9]]), 'x')),
    });
    expect(gap(changed.slice(0, 33), whole.slice(0, 33))).toBeLessThan(1e-12);
    expect(gap(changed.slice(33), whole.slice(33))).toBeGreaterThan(1e-6);
    const padded = numbers(outputs.logits, {
      ...feeds,
      ...Object.fromEntries(leaves<HostTensor>(text([[...ids, 6]], 1), 'x')),
    });
    expect(gap(padded.slice(0, 55), whole)).toBeLessThan(1e-12);
  });

  test('minds where a token stands', () => {
    const { outputs, feeds } = built(model, text([[5, 5, 5]]));
    const [first, , third] = [0, 1, 2].map((t) =>
      numbers(outputs.logits, feeds).slice(t * 11, t * 11 + 11),
    );
    // Of equal tokens only learned positions tell the difference; rotary ones show in scores of different tokens.
    if (options.positions === 'learned') expect(gap(first!, third!)).toBeGreaterThan(1e-6);
    const [forth, back] = [
      [1, 2, 5],
      [2, 1, 5],
    ].map((row) => {
      const order = built(model, text([row]));
      return numbers(order.outputs.logits, order.feeds).slice(22);
    });
    expect(gap(forth!, back!)).toBeGreaterThan(1e-6);
  });

  test('step by step gives what the whole sequence gives', () => {
    const { outputs, feeds } = built(model, text([ids]));
    const whole = numbers(outputs.logits, feeds);
    const prompt = { ...text([[3, 7]]), positions: hostTensor('int64', [1, 2], [0, 1]) };
    const first = built(model.prefill, prompt);
    const names = Object.fromEntries(leaves<Tensor>(first.outputs));
    const done = interpret(names, first.feeds);
    expect(gap(done['next']!.data, whole.slice(11, 22))).toBeLessThan(1e-9);
    const past = Array.from({ length: 2 }, (_, i) => ({
      keys: done[`present/${i}/keys`]!,
      values: done[`present/${i}/values`]!,
    }));
    const rest = {
      ids: hostTensor('int64', [1, 3], ids.slice(2)),
      mask: hostTensor('int64', [1, 5], [1, 1, 1, 1, 1]),
      positions: hostTensor('int64', [1, 3], [2, 3, 4]),
      past,
    };
    const later = built(model.extend, rest);
    expect(gap(numbers(later.outputs.next, later.feeds), whole.slice(44))).toBeLessThan(1e-9);
    const one = {
      ids: hostTensor('int64', [1, 1], [ids[2]!]),
      mask: hostTensor('int64', [1, 3], [1, 1, 1]),
      positions: hostTensor('int64', [1, 1], [2]),
      past,
    };
    const third = built(model.step, one);
    expect(gap(numbers(third.outputs.next, third.feeds), whole.slice(22, 33))).toBeLessThan(1e-9);
    for (const [i, { keys, values }] of third.outputs.present.entries()) {
      expect(keys.shape.slice(0, 2)).toEqual([1, 'batch']);
      const all = later.outputs.present[i]!;
      for (const [own, wide] of [
        [keys, all.keys],
        [values, all.values],
      ] as const) {
        const first = numbers(own, third.feeds);
        expect(gap(first, numbers(wide, later.feeds).slice(0, first.length))).toBeLessThan(1e-9);
      }
    }
    expect(later.outputs.present[0]!.keys.shape.slice(1)).toEqual([
      'batch',
      model.sizes.keyValueHeads,
      model.sizes.headWidth,
    ]);
  });

  test('is the same on ONNX Runtime, with its gradient, and has that of central differences', async () => {
    const { outputs, feeds, weights } = built(model, text([ids, [1, 2, 3, 4, 5]], 1));
    const loss = outputs.logits.sin().mean();
    const gradients = grad(
      loss,
      weights.map(([, tensor]) => tensor),
    );
    const all = {
      logits: outputs.logits,
      ...Object.fromEntries(gradients.map((tensor, i) => [`by ${weights[i]![0]}`, tensor])),
    };
    const exact = interpret(all, feeds);
    const runtime = await onRuntime(all, feeds);
    for (const name of Object.keys(all)) {
      expect(gap(runtime[name]!.data, exact[name as 'logits'].data), name).toBeLessThan(1e-5);
    }
    for (const [path] of weights) {
      const { data } = exact[`by ${path}` as 'logits'];
      const element = Math.floor(data.length / 2);
      expect(Number(data[element]), path).toBeCloseTo(slope(loss, feeds, path, element), 6);
    }
  });

  test('taps every block under a stable name, drops in training, and is rebuilt by its config', () => {
    const seen = ['embeddings', 'hidden', 'logits'].concat(
      [0, 1].flatMap((i) =>
        ['attention/scores', 'attention/attention', 'inner', 'output'].map(
          (name) => `decoder/${i}/${name}`,
        ),
      ),
    );
    const edits = Object.fromEntries(seen.map((name) => [name, (value: Tensor) => value]));
    const { result, tap } = tapped(createContext({ training: false }), edits, (context) =>
      built(model, text([ids]), { context }),
    );
    expect(tap('decoder/1/attention/attention').shape).toEqual(['batch', 4, 'tokens', 'tokens']);
    expect(result.outputs.hiddenStates).toHaveLength(3);
    expect(result.outputs.attentions).toHaveLength(2);
    const { family, ...again } = JSON.parse(JSON.stringify(model.config)) as DecoderOptions & {
      family: string;
    };
    expect(family).toBe('decoder');
    expect(causalDecoder(again).config).toEqual(model.config);

    const dropping = causalDecoder({ ...options, dropout: 0.5 });
    const still = built(dropping, text([ids]));
    const training = built(dropping, text([ids]), { training: true });
    const a = numbers(still.outputs.logits, still.feeds);
    expect(gap(numbers(result.outputs.logits, still.feeds), a)).toBeLessThan(1e-12);
    expect(gap(numbers(training.outputs.logits, training.feeds), a)).toBeGreaterThan(1e-3);
  });
});

// Radford et al.'s 124M model and the Llama 2 paper's 7B, as their files count them; the small one is llama2.c's.
test.each([
  [
    'gpt2',
    { vocabulary: 50_257, maxTokens: 1024, width: 768, layers: 12, heads: 12 },
    { norm: 'layer', positions: 'learned', activation: 'geluTanh' },
    124_439_808,
  ],
  [
    'llama-2-7b',
    { vocabulary: 32_000, maxTokens: 4096, width: 4096, layers: 32, heads: 32 },
    { feedForward: 11_008, tied: false },
    6_738_415_616,
  ],
  [
    'stories260k',
    { vocabulary: 512, maxTokens: 512, width: 64, layers: 5, heads: 8 },
    { keyValueHeads: 4, feedForward: 172 },
    260_032,
  ],
] as const)('%s has its published size', (_name, common, own, count) => {
  expect(countParameters(causalDecoder({ ...common, ...own }).parameterSpecs)).toBe(count);
});

test.each([
  [{ heads: 3 }, 'headWidth 5.333333333333333'],
  [{ keyValueHeads: 3 }, 'keyValueHeads 3 for 4 heads'],
  [{ headWidth: 3 }, 'headWidth 3 with rotary positions'],
  [{ layers: 0 }, 'layers 0'],
  [{ epsilon: 0 }, 'epsilon 0'],
  [{ dropout: 1 }, 'dropout 1'],
  [{ norm: 'batch' as 'rms' }, 'norm "batch"'],
  [{ positions: 'none' as 'rotary' }, 'positions "none"'],
  [{ rotaryPairs: 'thirds' as 'halves' }, 'rotaryPairs "thirds"'],
  [{ activation: 'tanh' as 'gelu' }, 'activation "tanh"'],
])('causalDecoder refuses %j', (wrong, given) => {
  expect(() => causalDecoder({ ...sizes, ...wrong })).toThrow(refused('invalid-option', given));
});

test('fresh weights are those of their seed, and last maps start smaller', () => {
  const model = causalDecoder({ ...llama, layers: 8 });
  const { parameters } = model.init(Rng.from(1));
  expect(model.init(Rng.from(1)).parameters).toEqual(parameters);
  const spread = (value: HostTensor): number =>
    Math.sqrt((value.data as Float32Array).reduce((sum, w) => sum + w * w, 0) / value.data.length);
  const { attention } = parameters.decoder[0]!;
  // Cut at two deviations, a normal's spread is 0.88 of them.
  expect(spread(attention.query.weight)).toBeCloseTo(0.02 * 0.88, 3);
  expect(spread(attention.output.weight)).toBeCloseTo((0.02 * 0.88) / 4, 3);
});
