import { fc, test } from '@fast-check/vitest';
import { clipByValue, sgd } from '@limbeck/optim';
import { expect } from 'vitest';
import { Trainer } from './support/train.js';

test('brings each number into the range by itself', () => {
  const trainer = new Trainer(clipByValue(sgd({ rate: 1 }), 2), { a: [0, 0], b: [0] });
  trainer.step({ a: [3, -1], b: [-40] }, 0);
  expect(trainer.parameters).toEqual({ a: [-2, 1], b: [2] });
});

test.prop([fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1 })])(
  'leaves what is in the range as it is',
  (gradient) => {
    const trainer = new Trainer(clipByValue(sgd({ rate: 1 }), 9), { a: gradient.map(() => 0) });
    trainer.step({ a: gradient }, 0);
    trainer.parameters['a']!.forEach((x, i) => expect(x).toBeCloseTo(-gradient[i]!, 12));
  },
);

test('refuses a limit of 0', () => {
  expect(() => clipByValue(sgd({ rate: 1 }), 0)).toThrow(
    expect.objectContaining({ code: 'invalid-option', given: 'limit 0' }) as Error,
  );
});
