import { hostTensor, Rng } from '@limbeck/core';
import { convNet, countParameters, kaimingNormal } from '@limbeck/nn';
import { grad, interpret, type Tensor } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { built, onRuntime, slope } from '../support/built.js';
import { images, labels, refused, ten } from '../support/images.js';
import { gap } from '../support/onnx-weights.js';
import { numbers } from '../support/run-model.js';

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
