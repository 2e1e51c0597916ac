import { loadStudentFrom, type RecordSchema, type SessionFactory } from '@limbeck/predict';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { tinyConfig, tinyModel } from './tiny-student.js';

/** A session that answers the same to all. */
const answering =
  (...logits: readonly number[]): SessionFactory =>
  async () => ({
    run: async (_batch, size) => Float32Array.from({ length: size * 3 }, (_, i) => logits[i % 3]!),
    dispose: async () => undefined,
  });
const model = tinyModel();

/** A Standard Schema of records with one field of listed values, as zod would make it. */
function schemaOf<Field extends string, Value extends string>(
  field: Field,
  values: readonly Value[],
): RecordSchema<{ readonly [F in Field]: Value }> {
  const isFit = (value: unknown): boolean =>
    values.includes((value as { readonly [key: string]: Value })[field]!);
  return {
    '~standard': {
      validate: async (value) => (isFit(value) ? {} : { issues: [{ message: 'not listed' }] }),
    },
  };
}

describe('a prediction', () => {
  test('is calibrated as the student was', async () => {
    const calibration = { kind: 'platt', a: 2, b: 0 };
    const student = await loadStudentFrom(
      { config: tinyConfig({ calibration }), model },
      answering(1, 0, 0),
    );
    const [one] = await student.predict(['a']);
    // Odds are squared by a = 2: p = 0.5761 and 0.2119 have the odds 1.3591 and 0.2689.
    const [p, q] = [Math.E / (Math.E + 2), 1 / (Math.E + 2)].map((each) => {
      const odds = (each / (1 - each)) ** 2;
      return odds / (1 + odds);
    }) as [number, number];
    expect(one!.probability).toBeCloseTo(p / (p + 2 * q), 9);
  });

  test('says whether it is sure, by the threshold of its label', async () => {
    const sure = async (threshold: object, logits: readonly number[]) => {
      const student = await loadStudentFrom(
        { config: tinyConfig({ threshold }), model },
        answering(...logits),
      );
      const [one] = await student.predict(['a']);
      return one!.sure;
    };
    const high = { probability: 0.9, precision: 0.95 };
    expect(await sure(high, [9, 0, 0])).toBe(true);
    expect(await sure(high, [1, 0, 0])).toBe(false);
    expect(await sure({ ...high, label: 'vowels' }, [9, 0, 0])).toBe(true);
    expect(await sure({ ...high, label: 'vowels' }, [0, 9, 0])).toBe(false);
  });

  test('says nothing of that without a threshold', async () => {
    const student = await loadStudentFrom({ config: tinyConfig(), model }, answering(9, 0, 0));
    expect((await student.predict(['a']))[0]).not.toHaveProperty('sure');
  });

  test('is the record that the student was made for, typed by its schema', async () => {
    const schema = schemaOf('kind', ['vowels', 'digits', 'other']);
    const config = tinyConfig({ field: 'kind' });
    const student = await loadStudentFrom({ config, model }, answering(0, 3, 0), { schema });
    const [one] = await student.predict(['a']);
    expect(one).toMatchObject({ kind: 'digits', label: 'digits' });
    type Predicted = Awaited<ReturnType<typeof student.predict>>[number];
    expectTypeOf<Predicted['kind']>().toEqualTypeOf<'vowels' | 'digits' | 'other'>();
    expectTypeOf<Predicted['label']>().toEqualTypeOf<'vowels' | 'digits' | 'other'>();
    expectTypeOf<Predicted['probabilities']['digits']>().toEqualTypeOf<number>();
    // @ts-expect-error: no such label.
    expectTypeOf<Predicted['probabilities']['letters']>();
  });

  test('refuses a schema that does not list a label, or has another field', async () => {
    const config = tinyConfig({ field: 'kind' });
    for (const schema of [
      schemaOf('kind', ['vowels', 'digits']),
      schemaOf('label', ['vowels', 'digits', 'other']),
    ]) {
      const call = loadStudentFrom({ config, model }, answering(0, 0, 0), {
        schema: schema as RecordSchema,
      });
      await expect(call).rejects.toMatchObject({
        code: 'invalid-option',
        where: 'loadStudent, schema',
      });
    }
  });
});
