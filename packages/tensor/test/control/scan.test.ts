import { test } from '@fast-check/vitest';
import { type HostTensor, hostTensor } from '@limbeck/core';
import {
  cond,
  decodeModel,
  grad,
  input,
  interpret,
  iota,
  scan,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const x = input('x', { dtype: 'float32', shape: ['steps'] });
const w = input('w', { dtype: 'float32', shape: [] });

/** The state times w, plus each element in turn. */
function recurrence(reverse = false, over: readonly Tensor[] = [x]) {
  return scan(
    ([state], [element]) => {
      const next = state!.mul(w).add(element!);
      return { carry: [next], outputs: [next, state!] };
    },
    { carry: [x.scalar(1)], over, reverse },
  );
}

function feeds(values: readonly number[], weight = 2): { [name: string]: HostTensor } {
  return {
    x: hostTensor('float64', [values.length], values),
    w: hostTensor('float64', [], [weight]),
  };
}

function run(y: Tensor, values: readonly number[], weight = 2): number[] {
  return Array.from(interpret({ x, w, y }, feeds(values, weight)).y.data, Number);
}

describe('scan', () => {
  test('carries a state along, and stacks what comes out', () => {
    const { carry, outputs } = recurrence();
    expect(run(carry[0]!, [3, 5, 7])).toEqual([((1 * 2 + 3) * 2 + 5) * 2 + 7]);
    expect(run(outputs[0]!, [3, 5, 7])).toEqual([5, 15, 37]);
    expect(run(outputs[1]!, [3, 5, 7])).toEqual([1, 5, 15]);
  });

  test('runs from the end, each result beside its element', () => {
    const { carry, outputs } = recurrence(true);
    expect(run(carry[0]!, [3, 5, 7])).toEqual([((1 * 2 + 7) * 2 + 5) * 2 + 3]);
    expect(run(outputs[0]!, [3, 5, 7])).toEqual([49, 23, 9]);
  });

  test('takes no steps at all', () => {
    const { carry, outputs } = recurrence();
    expect([run(carry[0]!, []), run(outputs[0]!, [])]).toEqual([[1], []]);
    const [dx, dw] = grad(carry[0]!.add(outputs[0]!.sum()), [x, w]);
    expect([run(dx!, []), run(dw!, [])]).toEqual([[], [0]]);
  });

  test('has the gradient of the steps written out', () => {
    const { carry } = recurrence();
    // s = w³ + x₀ w² + x₁ w + x₂
    const [dx, dw] = grad(carry[0]!, [x, w]);
    expect(run(dx!, [3, 5, 7])).toEqual([4, 2, 1]);
    expect(run(dw!, [3, 5, 7])).toEqual([3 * 4 + 2 * 3 * 2 + 5]);
    const [second] = grad(dw!, [w]);
    expect(run(second!, [3, 5, 7])).toEqual([6 * 2 + 2 * 3]);
    const [third] = grad(second!, [w]);
    expect(run(third!, [3, 5, 7])).toEqual([6]);
  });

  test('reads what stands around it, and takes scans and branches inside', () => {
    const { outputs } = scan(
      ([total], [row]) => {
        const inner = scan(
          ([sum], [element]) => ({ carry: [sum!.add(element!.mul(w))], outputs: [] }),
          { carry: [row!.scalar(0)], over: [row!] },
        );
        const next = cond(
          inner.carry[0]!.greater(10),
          () => total!,
          () => total!.add(inner.carry[0]!),
        );
        return { carry: [next], outputs: [next] };
      },
      { carry: [x.scalar(0)], over: [x.reshape([-1, 1]).expand(['steps', 2])] },
    );
    expect(run(outputs[0]!, [1, 9, 2])).toEqual([4, 4, 12]);
    const [dw] = grad(outputs[0]!.sum(), [w]);
    expect(run(dw!, [1, 9, 2])).toEqual([2 + 2 + 6]);
  });

  test('runs over numbers where there is nothing else to run over', () => {
    const { carry } = scan(
      ([factorial], [i]) => ({ carry: [factorial!.mul(i!.add(1))], outputs: [] }),
      { carry: [iota(1).reshape([]).add(1)], over: [iota('steps')] },
    );
    expect(run(carry[0]!, [0, 0, 0, 0, 0])).toEqual([120]);
  });

  test('is one node however many steps there are, and collects what is read alone', () => {
    const { carry, outputs } = recurrence();
    const outputsOf = (tensors: { readonly [name: string]: Tensor }): number => {
      const { graph } = decodeModel(toOnnx(tensors).bytes);
      const nodes = graph!.node.filter(({ opType }) => opType === 'If' || opType === 'Scan');
      expect(nodes).toHaveLength(1);
      return nodes[0]!.output.length;
    };
    expect(outputsOf({ last: carry[0]! })).toBe(1);
    // A number of steps needs no branch for none.
    const fixed = recurrence(false, [x.scalar(1).expand([3])]);
    expect(outputsOf({ last: fixed.carry[0]! })).toBe(1);
    expect(outputsOf({ last: carry[0]!, all: outputs[0]! })).toBe(2);
  });

  test.each([
    ['no sequence', () => recurrence(false, []), 'shape-mismatch', 'at least one sequence'],
    ['a scalar', () => recurrence(false, [w]), 'shape-mismatch', 'at least one sequence'],
    [
      'sequences of two lengths',
      () =>
        scan(([s], [a, b]) => ({ carry: [s!.add(a!).add(b!)], outputs: [] }), {
          carry: [w],
          over: [x, x.pad(0, 1, 0)],
        }),
      'shape-mismatch',
      '[steps+1]',
    ],
    [
      'a step that changes the shape of what it carries',
      () => scan(([s]) => ({ carry: [s!.reshape([1])], outputs: [] }), { carry: [w], over: [x] }),
      'shape-mismatch',
      'shape that it came in with',
    ],
    [
      'a step that changes its dtype',
      () =>
        scan(([s]) => ({ carry: [s!.cast('float64')], outputs: [] }), { carry: [w], over: [x] }),
      'shape-mismatch',
      'float32 on as it is, not float64',
    ],
    [
      'a step that forgets a part of it',
      () => scan(() => ({ carry: [], outputs: [] }), { carry: [w], over: [x] }),
      'invalid-option',
      'carries 0 tensors on',
    ],
  ] as const)('refuses %s', (_what, build, code, words) => {
    expect(build).toThrow(
      expect.objectContaining({ code, where: 'scan', message: expect.stringContaining(words) }),
    );
  });
});
