import { test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import {
  type Context,
  createContext,
  input,
  interpret,
  tapped,
  type Tensor,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const x = input('x', { dtype: 'float32', shape: [2] });
const feeds = { x: hostTensor('float64', [2], [1, 2]) };

function model(context: Context): Tensor {
  const hidden = context.scope('block').tap('hidden', x.mul(10));
  return context.tap('out', hidden.add(1));
}

describe('tapped', () => {
  test('reads what passes a tap', () => {
    const { result, tap } = tapped(createContext({ training: false }), {}, model);
    const out = interpret({ result, hidden: tap('block/hidden') }, feeds);
    expect([...out.hidden.data]).toEqual([10, 20]);
    expect([...out.result.data]).toEqual([11, 21]);
  });

  test('puts an edit in place of what passes', () => {
    const edits = { 'block/hidden': (value: Tensor): Tensor => value.mul(0) };
    const { result, tap } = tapped(createContext({ training: false }), edits, model);
    const out = interpret({ result, hidden: tap('block/hidden') }, feeds);
    expect([...out.hidden.data]).toEqual([0, 0]);
    expect([...out.result.data]).toEqual([1, 1]);
  });

  test('names taps under the context that it was given', () => {
    const inner = createContext({ training: false }).scope('student');
    expect(tapped(inner, {}, model).tap('block/hidden').shape).toEqual([2]);
  });

  test('tells the outer caller of an inner caller’s taps', () => {
    const outer = tapped(createContext({ training: false }), {}, (context) =>
      tapped(context.scope('student'), {}, model),
    );
    expect(outer.tap('student/block/hidden').node).toBe(outer.result.tap('block/hidden').node);
  });

  test('refuses an edit or a reading of a tap that is not there', () => {
    const context = createContext({ training: false });
    const edits = { nowhere: (value: Tensor): Tensor => value };
    expect(() => tapped(context, edits, model)).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        expected: expect.stringContaining('block/hidden'),
      }),
    );
    const { tap } = tapped(createContext({ training: false }), {}, model);
    expect(() => tap('elsewhere')).toThrow(expect.objectContaining({ code: 'unknown-name' }));
  });

  test('refuses a second tap of one name, and a context of another make', () => {
    const context = createContext({ training: false });
    context.tap('out', x);
    expect(() => context.tap('out', x)).toThrow(
      expect.objectContaining({ code: 'duplicate-name' }),
    );
    expect(() => tapped({ ...context }, {}, model)).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
