import { hostTensor, Rng } from '@limbeck/core';
import { hiddenMse } from '@limbeck/losses';
import { evaluate, evaluateItems, hiddenStates } from '@limbeck/testing';
import { lossContract } from '@limbeck/testing/vitest';
import { fc } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import golden from './golden/hidden-mse.json' with { type: 'json' };

const pairs = fc.record({
  student: fc.record({ hidden: hiddenStates([3, 2]) }),
  teacher: fc.record({ hidden: hiddenStates([3, 4]) }),
});

lossContract(() => hiddenMse(), pairs);
lossContract(() => hiddenMse({ normalise: true }), pairs, { gradientTolerance: 1e-5 });

/** The loss with the projector of the golden file, in place of a fresh one. */
function withProjector(normalise: boolean): ReturnType<typeof hiddenMse> {
  const loss = hiddenMse({ normalise });
  return {
    ...loss,
    init: () => ({
      parameters: {
        weight: hostTensor('float32', [2, 5], golden.weight.flat()),
        bias: hostTensor('float32', [5], golden.bias),
      },
      state: {},
    }),
  };
}

describe('hiddenMse', () => {
  test.each(golden.cases)('agrees with Python, normalise $normalise', async (expected) => {
    const student = { hidden: golden.student };
    const teacher = { hidden: golden.teacher };
    const loss = withProjector(expected.normalise);
    const items = async (signals: object): Promise<readonly number[]> =>
      (await evaluateItems(loss, signals as never))[0]!.items;
    const close = (given: readonly number[], wanted: readonly number[]): void =>
      wanted.forEach((value, i) => expect(given[i]).toBeCloseTo(value, 4));
    close(await items({ student, teacher }), expected.plain);
    close(await items({ student, teacher, mask: golden.mask }), expected.masked);
    const first = (tokens: number[][][]): number[][] => tokens.map((each) => each[0]!);
    close(
      await items({
        student: { hidden: first(golden.student) },
        teacher: { hidden: first(golden.teacher) },
      }),
      expected.pooled,
    );
  });

  test('agrees with a value worked out by hand, without a projector', async () => {
    // ((1 − 3)² + (2 − 2)²) / 2
    const signals = { student: { hidden: [[1, 2]] }, teacher: { hidden: [[3, 2]] } };
    expect(await evaluate(hiddenMse({ projector: false }), signals)).toBeCloseTo(2, 5);
  });

  test('is told the widths: the projector takes one to the other', () => {
    const spec = (width: number) =>
      ({ dtype: 'float32', shape: ['batch', 'tokens', width] }) as const;
    const needs = { student: { hidden: spec(8) }, teacher: { hidden: spec(3) } };
    const { parameters } = hiddenMse().init!(Rng.from(0), needs as never);
    expect(parameters['weight']!.shape).toEqual([8, 3]);
    expect(parameters['bias']!.shape).toEqual([3]);
    const named = {
      student: { hidden: { ...spec(1), shape: ['batch', 'width'] } },
      teacher: { hidden: spec(3) },
    };
    expect(() => hiddenMse().init!(Rng.from(0), named as never)).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }) as Error,
    );
  });

  test('refuses other widths without a projector, and a mask that does not fit', async () => {
    const wider = { student: { hidden: [[1, 2]] }, teacher: { hidden: [[3, 2, 1]] } };
    await expect(evaluate(hiddenMse({ projector: false }), wider)).rejects.toMatchObject({
      code: 'shape-mismatch',
      message: expect.stringContaining('Keep the projector') as string,
    });
    const tokens = [[[1, 2]], [[3, 4]]];
    const masked = {
      student: { hidden: tokens },
      teacher: { hidden: tokens },
      mask: [
        [1, 1],
        [1, 1],
      ],
    };
    await expect(evaluate(hiddenMse(), masked)).rejects.toMatchObject({ code: 'shape-mismatch' });
  });

  test('says who could supply what is missing', async () => {
    const alone = { student: { hidden: [[1, 2]] }, teacher: {} };
    const loss = hiddenMse({ projector: false });
    await expect(evaluate(loss, alone as never)).rejects.toMatchObject({ code: 'missing-signal' });
  });
});
