import { Rng } from '@limbeck/core';
import {
  cifarResNet,
  cifarResNetNames,
  countParameters,
  readWeights,
  writeWeights,
} from '@limbeck/nn';
import { createContext, grad, interpret, type Tensor, tapped } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { built, onRuntime, slope } from '../support/built.js';
import { images, labels, refused, ten } from '../support/images.js';
import { gap } from '../support/onnx-weights.js';
import { numbers } from '../support/run-model.js';

const small = { labels, depth: 8, width: 2, size: 8 } as const;

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
