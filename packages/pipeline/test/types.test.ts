import { step } from '@limbeck/pipeline';
import { describe, expectTypeOf, test } from 'vitest';

interface Counted {
  readonly rows: number;
  readonly note?: string;
}

const count = step('count', {
  version: '1',
  config: { least: 3 },
  run: async ({ config }): Promise<Counted> => ({ rows: config.least }),
});

describe('step', () => {
  test('hands the output type of a step to those that take it', () => {
    const twice = step('twice', {
      version: '1',
      inputs: { count, factor: 2 },
      run: async ({ inputs, folders }) => {
        expectTypeOf(inputs.count).toEqualTypeOf<Counted>();
        expectTypeOf(inputs.factor).toEqualTypeOf<number>();
        expectTypeOf(folders).toEqualTypeOf<{ readonly count: string }>();
        // @ts-expect-error: a JSON input has no folder.
        void folders.factor;
        return { rows: inputs.count.rows * inputs.factor };
      },
    });
    expectTypeOf(twice.name).toEqualTypeOf<'twice'>();
  });

  test('does not compile for what JSON cannot hold', () => {
    const uncalled = (): void => {
      // @ts-expect-error: a typed array is not JSON.
      step('bad', { version: '1', run: async () => ({ weights: new Float32Array(1) }) });
      // @ts-expect-error: nor is a function.
      step('bad', { version: '1', config: { f: () => 1 }, run: async () => 1 });
      // @ts-expect-error: nor is a date.
      step('bad', { version: '1', inputs: { at: new Date() }, run: async () => 1 });
      // @ts-expect-error: without module or version a change of the code goes unnoticed.
      step('bad', { run: async () => 1 });
    };
    expectTypeOf(uncalled).toBeFunction();
  });
});
