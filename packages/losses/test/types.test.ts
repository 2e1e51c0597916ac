import { crossEntropy, type NeedsOf, softTargets, weighted } from '@limbeck/losses';
import { createContext, input, type Logits, type Tensor } from '@limbeck/tensor';
import { describe, expect, expectTypeOf, test } from 'vitest';

const context = createContext({ training: true });
const given = { parameters: {}, state: {}, context };
const logits = (name: string): Logits => ({
  logits: input(name, { dtype: 'float32', shape: ['batch', 3] }),
});
const labels = input('labels', { dtype: 'int64', shape: ['batch'] });

describe('types', () => {
  test('a weighted sum needs what all of its losses need', () => {
    const loss = weighted([
      [0.9, softTargets()],
      [0.1, crossEntropy()],
    ]);
    type Needs = NeedsOf<typeof loss>;
    expectTypeOf<Needs>().toMatchTypeOf<{ student: Logits; teacher: Logits; labels: Tensor }>();
    expect(
      loss.apply({ student: logits('s'), teacher: logits('t'), labels }, given).terms,
    ).toHaveLength(2);
    // @ts-expect-error: the second loss needs labels.
    void (() => loss.apply({ student: logits('s'), teacher: logits('t') }, given));
    // @ts-expect-error: the first loss needs teacher.logits.
    void (() => loss.apply({ student: logits('s'), labels }, given));
  });

  test('a loss does not compile without what it needs', () => {
    // @ts-expect-error: softTargets needs teacher.logits.
    void (() => softTargets().apply({ student: logits('s') }, given));
    // @ts-expect-error: crossEntropy needs labels.
    void (() => crossEntropy().apply({ student: logits('s') }, given));
    // @ts-expect-error: a temperature is a number.
    void (() => softTargets({ temperature: '4' }));
    // @ts-expect-error: a part is a pair of a weight and a loss.
    void (() => weighted([softTargets()]));
  });
});
