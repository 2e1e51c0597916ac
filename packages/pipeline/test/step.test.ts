import { fc, test } from '@fast-check/vitest';
import { definePipeline, isStep, orderSteps, step, toJson } from '@limbeck/pipeline';
import { describe, expect } from 'vitest';

const one = step('one', { version: '1', run: async () => 1 });

describe('step', () => {
  test('is told from JSON', () => {
    expect(isStep(one)).toBe(true);
    expect([null, 1, {}, { name: 'one' }].some(isStep)).toBe(false);
  });

  test.each(['Train', 'a b', '', '../up', '-a', 'a--b', 'x'.repeat(61)])(
    'refuses the name %j, which no folder should have',
    (name) => {
      expect(() => step(name, { version: '1', run: async () => 1 })).toThrow(
        expect.objectContaining({ code: 'invalid-option' }),
      );
    },
  );

  test('refuses a config that JSON would change without a word', () => {
    const make = (): unknown =>
      step('bad', { version: '1', config: { rate: Number.NaN }, run: async () => 1 });
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-data' }));
    expect(make).toThrow(/NaN at value\.rate/);
  });

  test('refuses to go without a version of its code', () => {
    const options = { run: async () => 1 } as unknown as {
      version: string;
      run(): Promise<number>;
    };
    expect(() => step('bad', options)).toThrow(/import\.meta\.url/);
  });
});

describe('orderSteps', () => {
  test('puts every step after its inputs, and each once', () => {
    const left = step('left', { version: '1', inputs: { one }, run: async () => 1 });
    const right = step('right', { version: '1', inputs: { one }, run: async () => 1 });
    const last = step('last', { version: '1', inputs: { right, left }, run: async () => 1 });
    expect(orderSteps([last, left]).map(({ name }) => name)).toEqual([
      'one',
      'right',
      'left',
      'last',
    ]);
  });

  test('refuses two steps of one name', () => {
    const other = step('one', { version: '2', run: async () => 2 });
    expect(() => orderSteps([one, other])).toThrow(
      expect.objectContaining({ code: 'duplicate-name' }),
    );
  });

  test('refuses no steps', () => {
    expect(() => definePipeline({ name: 'none', steps: [] })).toThrow(
      expect.objectContaining({ code: 'empty-data' }),
    );
  });
});

describe('toJson', () => {
  test.prop([fc.jsonValue({ noUnicodeString: false })])('gives what JSON gives back', (value) => {
    expect(toJson('test', value)).toEqual(JSON.parse(JSON.stringify(value)));
  });

  test('gives 0 for −0, as a cached output will', () => {
    expect(toJson('test', { a: [-0] })).toEqual({ a: [0] });
  });

  test('leaves out fields that are undefined', () => {
    expect(toJson('test', { a: 1, b: undefined })).toEqual({ a: 1 });
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  test.each([
    ['an infinite number', { a: [1, Number.POSITIVE_INFINITY] }, 'value.a[1]'],
    ['a function', { f: () => 1 }, 'value.f'],
    ['a bigint', 1n, 'value'],
    ['undefined in an array', [undefined], 'value[0]'],
    ['a date', { at: new Date(0) }, 'class Date'],
    ['a typed array', new Float32Array(1), 'class Float32Array'],
    ['a cycle', cycle, 'value.self'],
  ])('refuses %s and says where', (_kind, value, place) => {
    expect(() => toJson('test', value)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
    expect(() => toJson('test', value)).toThrow(place);
  });
});
