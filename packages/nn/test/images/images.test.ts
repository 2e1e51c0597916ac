import { hostTensor, type HostTensor, leaves, mapTree, Rng } from '@limbeck/core';
import {
  batchNorm,
  batchNormValues,
  cifarResNet,
  cifarResNetNames,
  convNet,
  countParameters,
  kaimingNormal,
  readWeights,
  writeWeights,
} from '@limbeck/nn';
import { createContext, grad, input, interpret, type Tensor, tapped } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { built, onRuntime, slope } from '../support/built.js';
import { gap } from '../support/onnx-weights.js';
import { contextOf, numbers } from '../support/run-model.js';

const labels = ['cat', 'dog', 'frog'];
const ten = Array.from({ length: 10 }, (_, i) => `class ${i}`);
const small = { labels, depth: 8, width: 2, size: 8 } as const;

function images(batch: number, size: number, seed = 3): { readonly pixels: HostTensor } {
  const rng = Rng.from(seed);
  const data = Float32Array.from({ length: batch * 3 * size * size }, () => rng.normal());
  return { pixels: hostTensor('float32', [batch, 3, size, size], data) };
}

/** The pixels that an output was made of. */
function pixelsOf(output: Tensor): Tensor {
  const seen = new Set<unknown>();
  const find = (tensor: Tensor): Tensor | undefined => {
    if (seen.has(tensor.node)) return undefined;
    seen.add(tensor.node);
    const { name } = tensor.node.attributes as { readonly name?: string };
    if (name === 'x/pixels') return tensor;
    for (const each of tensor.node.inputs) {
      const found = find(each);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(output)!;
}

const refused = (given: string): Error =>
  expect.objectContaining({ code: 'invalid-option', given }) as Error;

describe('batchNorm', () => {
  const x = input('x', { dtype: 'float32', shape: ['batch', 1, 2] });
  const feeds = { x: hostTensor('float32', [2, 1, 2], [1, 2, 3, 6]) };
  const values = batchNormValues(Rng.from(0), 1);
  const inputs = (tree: unknown, prefix: string) =>
    mapTree<Tensor>(tree, (spec, at) => input(`${prefix}/${at}`, { ...spec, dtype: 'float32' }));
  const fed = {
    ...feeds,
    ...Object.fromEntries(leaves<HostTensor>(values.parameters, 'p')),
    ...Object.fromEntries(leaves<HostTensor>(values.state, 's')),
  };
  const bare = (tree: object) => mapTree(tree, ({ dtype, shape }) => ({ dtype, shape }) as never);
  const normed = (training: boolean, options = {}) =>
    batchNorm(
      inputs(bare(values.parameters), 'p') as never,
      inputs(bare(values.state), 's') as never,
      x,
      contextOf(training),
      options,
    );

  test('moves its statistics in training: mean 3, variance 3.5 of four, 14/3 of three', () => {
    const { y, state } = normed(true);
    expect(numbers(state.mean, fed)[0]).toBeCloseTo(0.1 * 3, 6);
    expect(numbers(state.variance, fed)[0]).toBeCloseTo(0.9 * 1 + (0.1 * 14) / 3, 6);
    expect(
      gap(
        numbers(y, fed),
        [-2, -1, 0, 3].map((d) => d / Math.sqrt(3.5 + 1e-5)),
      ),
    ).toBeLessThan(1e-9);
  });

  test('uses them otherwise, and leaves them', () => {
    const { y, state } = normed(false, { epsilon: 0.5 });
    const moved = { ...fed, 's/mean': hostTensor('float32', [1], [1]) };
    expect(
      gap(
        numbers(y, moved),
        [0, 1, 2, 5].map((d) => d / Math.sqrt(1.5)),
      ),
    ).toBeLessThan(1e-9);
    expect(numbers(state.mean, moved)).toEqual([1]);
  });

  test('an empty batch leaves the statistics as they were', () => {
    const none = {
      ...fed,
      x: hostTensor('float32', [0, 1, 2], []),
      's/mean': hostTensor('float32', [1], [7]),
    };
    const { state } = normed(true);
    expect(numbers(state.mean, none)).toEqual([7]);
    expect(numbers(state.variance, none)).toEqual([1]);
  });

  test('one element has no variance, and leaves no NaN', () => {
    const one = { ...fed, x: hostTensor('float32', [1, 1, 2], [5, 5]) };
    const { y, state } = normed(true, { momentum: 1 });
    expect(numbers(y, one)).toEqual([0, 0]);
    expect(numbers(state.variance, one)).toEqual([0]);
    const line = input('x', { dtype: 'float32', shape: [1, 1] });
    const { state: lone } = batchNorm(
      inputs(bare(values.parameters), 'p') as never,
      inputs(bare(values.state), 's') as never,
      line,
      contextOf(true),
    );
    const single = { ...fed, x: hostTensor('float32', [1, 1], [5]) };
    expect(numbers(lone.variance, single)[0]).toBeCloseTo(0.9, 6);
  });

  test('refuses a momentum above 1', () => {
    expect(() => normed(true, { momentum: 1.5 })).toThrow(refused('momentum 1.5'));
  });
});

describe('cifarResNet', () => {
  // He et al. 2016, table 6, in millions; 272,474 is ResNet-20 with projections as torch counts it.
  test.each([
    [20, 'pad', 269_722, 0.27],
    [20, 'project', 272_474, 0.27],
    [32, 'pad', 464_154, 0.46],
    [44, 'pad', 658_586, 0.66],
    [56, 'pad', 853_018, 0.85],
    [110, 'pad', 1_727_962, 1.7],
  ] as const)('depth %i with %s has the published size', (depth, shortcut, count, millions) => {
    const model = cifarResNet({ depth, labels: ten, shortcut });
    expect(countParameters(model.parameterSpecs)).toBe(count);
    expect(count / 1e6).toBeCloseTo(millions, 1);
  });

  test.each(['pad', 'project'] as const)(
    'with %s, is the same on ONNX Runtime and the interpreter, statistics included',
    async (shortcut) => {
      for (const training of [true, false]) {
        const { outputs, next, feeds } = built(cifarResNet({ ...small, shortcut }), images(3, 8), {
          training,
        });
        const all = { logits: outputs.logits, ...next };
        const exact = interpret(all, feeds);
        const runtime = await onRuntime(all, feeds);
        // What is fed stays as it was: the runtime's batch norm would write on it.
        expect(interpret(all, feeds)).toEqual(exact);
        for (const name of Object.keys(all)) {
          expect(gap(runtime[name]!.data, exact[name as 'logits'].data), name).toBeLessThan(1e-4);
        }
      }
    },
  );

  test('has the gradient of central differences by every parameter', () => {
    const { outputs, feeds, weights } = built(
      cifarResNet({ ...small, size: 4, shortcut: 'project' }),
      images(3, 4),
      { training: true },
    );
    const loss = outputs.logits.sin().sum();
    const gradients = grad(
      loss,
      weights.map(([, tensor]) => tensor),
    );
    weights.forEach(([path], i) => {
      const slopes = numbers(gradients[i]!, feeds);
      const element = Math.floor(slopes.length / 2);
      expect(slopes[element], path).toBeCloseTo(slope(loss, feeds, path, element, 1e-6), 4);
    });
  });

  test('taps the stem, every block, every stage, the pooled state and the logits', () => {
    const seen = [
      'stem',
      'hidden',
      'logits',
      ...[0, 1, 2].flatMap((i) => [`stages/${i}`, `stages/${i}/0`]),
    ];
    const edits = Object.fromEntries(seen.map((name) => [name, (value: Tensor) => value]));
    const { tap } = tapped(createContext({ training: false }), edits, (context) =>
      built(cifarResNet(small), images(1, 8), { context }),
    );
    expect(tap('stages/2').shape).toEqual(['batch', 8, 2, 2]);
    expect(tap('hidden').shape).toEqual(['batch', 8]);
  });

  test('writes PyTorch’s names and reads them back', () => {
    const model = cifarResNet({ ...small, shortcut: 'project' });
    const fresh = model.init(Rng.from(2));
    const tensors = {
      ...writeWeights(fresh.parameters, cifarResNetNames),
      ...writeWeights(fresh.state, cifarResNetNames),
    };
    expect(tensors['linear.weight']!.shape).toEqual([3, 8]);
    expect(Object.keys(tensors)).toEqual(
      expect.arrayContaining([
        'conv1.weight',
        'bn1.running_mean',
        'layer1.0.conv1.weight',
        'layer3.0.bn2.bias',
        'layer2.0.shortcut.0.weight',
        'layer2.0.shortcut.1.running_var',
        'linear.bias',
      ]),
    );
    expect(readWeights(model.parameterSpecs, cifarResNetNames, tensors)).toEqual(fresh.parameters);
    expect(readWeights(model.stateSpecs, cifarResNetNames, tensors)).toEqual(fresh.state);
  });

  test.each([
    [{ depth: 21 }, 'depth 21'],
    [{ depth: 2 }, 'depth 2'],
    [{ width: 3 }, 'width 3'],
    [{ size: 0 }, 'size 0'],
    [{ labels: ['a'] }, '1 labels'],
    [{ shortcut: 'none' as 'pad' }, 'shortcut "none"'],
  ])('refuses %j', (wrong, given) => {
    expect(() => cifarResNet({ ...small, ...wrong })).toThrow(refused(given));
  });
});

describe('convNet', () => {
  test('has the published size', () => {
    expect(countParameters(convNet({ labels: ten }).parameterSpecs)).toBe(320_010);
  });

  test.each([{}, { norm: 'group', groups: 2 }, { norm: 'none', pooling: 'max' }] as const)(
    'with %j, has the gradient of central differences, and runs on ONNX Runtime',
    async (options) => {
      const model = convNet({ labels, depth: 2, width: 4, size: 8, ...options });
      const { outputs, feeds, weights } = built(model, images(2, 8));
      const loss = outputs.logits.sin().sum();
      const tensors = [...weights.map(([, tensor]) => tensor)];
      const gradients = Object.fromEntries(
        grad(loss, tensors).map((tensor, i) => [`by ${weights[i]![0]}`, tensor]),
      );
      const exact = interpret(gradients, feeds);
      const runtime = await onRuntime(gradients, feeds);
      for (const [path] of weights) {
        expect(gap(runtime[`by ${path}`]!.data, exact[`by ${path}`]!.data), path).toBeLessThan(
          1e-4,
        );
        expect(Number(exact[`by ${path}`]!.data[1]), path).toBeCloseTo(
          slope(loss, feeds, path, 1, 1e-6),
          4,
        );
      }
    },
  );

  test('the gradient of its gradient is that of central differences, as gradient matching needs it', async () => {
    const model = convNet({ labels, depth: 1, width: 4, size: 4 });
    const { outputs, feeds, weights } = built(model, images(2, 4));
    const pixels = pixelsOf(outputs.logits);
    const loss = outputs.logits.logSoftmax().slice(1, 0, 1).mean().neg();
    const first = grad(
      loss,
      weights.map(([, tensor]) => tensor),
    );
    const size = first.map((slopes) => slopes.square().sum()).reduce((a, b) => a.add(b));
    const [second] = grad(size, [pixels]);
    const exact = numbers(second!, feeds);
    for (const element of [0, 17, 50]) {
      expect(exact[element]).toBeCloseTo(slope(size, feeds, 'x/pixels', element, 1e-5), 5);
    }
    const runtime = await onRuntime({ second: second! }, feeds);
    expect(gap(runtime['second']!.data, exact)).toBeLessThan(1e-4);
  });

  test('normalises each channel of each image by itself', () => {
    const model = convNet({ labels, depth: 1, width: 4, size: 4 });
    const { outputs, feeds } = built(model, images(2, 4));
    const both = numbers(outputs.logits, feeds);
    const first = { pixels: images(2, 4).pixels };
    const alone = built(model, {
      pixels: hostTensor('float32', [1, 3, 4, 4], (first.pixels.data as Float32Array).slice(0, 48)),
    });
    expect(gap(numbers(alone.outputs.logits, alone.feeds), both.slice(0, 3))).toBeLessThan(1e-12);
  });

  test.each([
    [{ size: 4 }, 'size 4 halved 3 times'],
    [{ norm: 'batch' as 'group' }, 'norm "batch"'],
    [{ norm: 'group', groups: 5 } as const, 'groups 5 for width 128'],
    [{ pooling: 'sum' as 'max' }, 'pooling "sum"'],
    [{ depth: 0 }, 'depth 0'],
  ])('refuses %j', (wrong, given) => {
    expect(() => convNet({ labels, ...wrong })).toThrow(refused(given));
  });
});

test('kaimingNormal counts a kernel’s pixels', () => {
  const { data } = kaimingNormal(Rng.from(1), [64, 16, 3, 3]);
  const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
  expect(variance).toBeCloseTo(2 / (16 * 9), 3);
});
