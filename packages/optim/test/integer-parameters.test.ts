import { adafactor, adam, adamw, groups, lamb, lion, sgd } from '@limbeck/optim';
import type { Optimizer, TensorTree } from '@limbeck/tensor';
import { expect, test } from 'vitest';

const parameters = {
  'embedding/weight': { dtype: 'float32', shape: [3, 2] },
  'embedding/order': { dtype: 'int64', shape: [3] },
} as const;

test.each<Optimizer<TensorTree>>([
  adafactor(),
  adam({ rate: 0.1 }),
  adamw({ rate: 0.1 }),
  lamb({ rate: 0.1 }),
  lion({ rate: 0.1 }),
  sgd({ rate: 0.1 }),
  sgd({ rate: 0.1, momentum: 0.9 }),
])('$name says which parameter is no float', (optimizer) => {
  expect(() => optimizer.init(parameters)).toThrow(
    expect.objectContaining({
      code: 'dtype-mismatch',
      where: optimizer.name,
      given: 'the parameter "embedding/order" of dtype int64',
    }),
  );
});

test('a frozen group may hold them', () => {
  const optimizer = groups([
    { match: /order$/, optimizer: 'frozen' },
    { optimizer: adamw({ rate: 0.1 }) },
  ]);
  expect(() => optimizer.init(parameters)).not.toThrow();
});
