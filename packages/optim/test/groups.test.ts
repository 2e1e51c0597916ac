import { adamw, clipByGlobalNorm, clipByValue, groups, sgd } from '@limbeck/optim';
import { describe, expect, test } from 'vitest';
import { Trainer } from './support/train.js';

const start = { 'body/w': [1], 'head/w': [1], 'head/b': [1], 'table/w': [1] };
const gradients = { 'body/w': [1], 'head/w': [1], 'head/b': [2], 'table/w': [9] };

const grouped = () =>
  groups([
    { name: 'table', match: 'table/', optimizer: 'frozen' },
    { name: 'biases', match: /\/b$/, optimizer: sgd({ rate: 0.5 }) },
    {
      name: 'head',
      match: (path) => path.startsWith('head/'),
      optimizer: sgd({ rate: 0.1, momentum: 0.9 }),
    },
    { optimizer: adamw({ rate: 0.01, weightDecay: 0 }) },
  ]);

describe('groups', () => {
  test('moves each parameter as the first group that matches says', () => {
    const trainer = new Trainer(grouped(), start);
    trainer.step(gradients, 0);
    expect(trainer.parameters['table/w']).toEqual([1]);
    expect(trainer.parameters['head/b']![0]).toBeCloseTo(1 - 0.5 * 2, 6);
    expect(trainer.parameters['head/w']![0]).toBeCloseTo(1 - 0.1, 6);
    expect(trainer.parameters['body/w']![0]).toBeCloseTo(1 - 0.01, 6);
    expect(Object.keys(trainer.parameters)).toEqual(Object.keys(start));
    trainer.step(gradients, 1);
    expect(trainer.parameters['head/w']![0]).toBeCloseTo(1 - 0.1 - 0.1 * 1.9, 6);
  });

  test('are what their optimisers are alone', () => {
    const [together, alone] = [
      new Trainer(grouped(), start),
      new Trainer(adamw({ rate: 0.01, weightDecay: 0 }), { 'body/w': [1] }),
    ];
    for (let t = 0; t < 5; t++) {
      together.step({ ...gradients, 'body/w': [Math.sin(t)] }, t);
      alone.step({ 'body/w': [Math.sin(t)] }, t);
    }
    expect(together.parameters['body/w']).toEqual(alone.parameters['body/w']);
  });

  test('tell the metrics of each, and keep a state of its own parameters', () => {
    const trainer = new Trainer(grouped(), start);
    trainer.step(gradients, 0);
    expect(Object.keys(trainer.metrics)).toEqual(['biases/rate', 'head/rate', '3/rate']);
    const spec = { dtype: 'float32', shape: [1] } as const;
    const state = grouped().init(Object.fromEntries(Object.keys(start).map((p) => [p, spec])));
    expect(Object.keys(state)).toEqual(['3', 'table', 'biases', 'head']);
    expect(state['head']).toHaveProperty(['velocity', 'head/w']);
    expect(state['3']).not.toHaveProperty(['first', 'head/w']);
  });

  test('are clipped together, but for what is frozen', () => {
    const trainer = new Trainer(clipByGlobalNorm(grouped(), 1), start);
    trainer.step(gradients, 0);
    expect(trainer.metrics['gradientNorm']).toBeCloseTo(Math.hypot(1, 1, 2), 6);
  });

  test('say what they are set to', () => {
    expect(grouped().name).toBe('groups(frozen, sgd, sgd, adamw)');
    expect(grouped().config).toMatchObject({
      groups: [
        { name: 'table', match: 'table/', optimizer: 'frozen' },
        { match: '/\\/b$/', config: { rate: 0.5 } },
        { match: null, config: { momentum: 0.9 } },
        { name: '3', match: null, optimizer: 'adamw' },
      ],
    });
  });

  test.each([
    [() => groups([]), 'empty-data', 'no groups'],
    [
      () => groups([{ name: '1', optimizer: 'frozen' }, { optimizer: 'frozen' }]),
      'duplicate-name',
      'two groups named "1"',
    ],
    [
      () =>
        groups([{ match: 'a/', optimizer: 'frozen' }]).init({ b: { dtype: 'float32', shape: [] } }),
      'unknown-name',
      'the parameter "b"',
    ],
  ])('refuse %o', (make, code, given) => {
    expect(make).toThrow(expect.objectContaining({ code, given }) as Error);
  });

  test('clip by the norm of a group inside of it', () => {
    const optimizer = groups([
      { match: 'head/', optimizer: clipByGlobalNorm(sgd({ rate: 1 }), 1) },
      { optimizer: sgd({ rate: 1 }) },
    ]);
    const trainer = new Trainer(optimizer, start);
    trainer.step(gradients, 0);
    expect(trainer.metrics['0/gradientNorm']).toBeCloseTo(Math.hypot(1, 2), 6);
    expect(trainer.parameters['head/b']![0]).toBeCloseTo(1 - 2 / Math.hypot(1, 2), 6);
    expect(trainer.parameters['table/w']![0]).toBeCloseTo(1 - 9, 6);
  });

  test('say what they move, through whatever clips them', () => {
    const optimizer = clipByValue(clipByGlobalNorm(grouped(), 1), 1);
    expect(Object.keys(start).map((path) => optimizer.moves?.(path))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(clipByGlobalNorm(sgd({ rate: 1 }), 1).moves).toBeUndefined();
  });

  test.each([
    ['"freeze"', 'freeze'],
    ['undefined', undefined],
  ])('refuse %s as optimiser', (given, optimizer) => {
    expect(() => groups([{ name: 'all', optimizer: optimizer as 'frozen' }])).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        where: 'groups, group "all"',
        given: `optimizer ${given}`,
      }) as Error,
    );
  });
});
