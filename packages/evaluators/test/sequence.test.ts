import { fc, test } from '@fast-check/vitest';
import { entities, entityF1, entityScores, perplexity } from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import golden from './golden/retrieval.json' with { type: 'json' };
import { measure } from './support.js';

const spans = (tags: readonly string[], scheme?: 'conll' | 'bio2') =>
  entities(tags, scheme).map(({ type, start, end }) => `${type} ${start}-${end}`);

describe('entities', () => {
  test.each([
    ['BIO2', 'B-PER I-PER O B-LOC B-LOC', 'PER 0-2, LOC 3-4, LOC 4-5'],
    ['IOB1', 'I-PER I-PER O I-LOC B-LOC', 'PER 0-2, LOC 3-4, LOC 4-5'],
    ['a change of type', 'B-PER I-LOC I-LOC', 'PER 0-1, LOC 1-3'],
    ['BIOES', 'S-PER B-LOC I-LOC E-LOC I-LOC S-PER', 'PER 0-1, LOC 1-4, LOC 4-5, PER 5-6'],
    ['an entity at the end', 'O B-A', 'A 1-2'],
    ['types with a hyphen', 'B-a-b I-a-b', 'a-b 0-2'],
    ['nothing', 'O O', ''],
  ])('of %s', (_name, tags, expected) => {
    expect(spans(tags.split(' ')).join(', ')).toBe(expected);
  });

  test('start with B alone in strict BIO2', () => {
    const tags = 'I-PER B-PER I-LOC I-PER B-LOC I-LOC'.split(' ');
    expect(spans(tags, 'bio2')).toEqual(['PER 1-2', 'LOC 4-6']);
  });

  test('count where type, start and end are right', () => {
    const references = [['B-PER', 'I-PER', 'O', 'B-LOC'], ['B-ORG']];
    const predictions = [['B-PER', 'I-PER', 'O', 'B-ORG'], ['B-ORG']];
    expect(measure(entityF1(), predictions, references)).toBeCloseTo(2 / 3, 12);
    // PER 1, LOC 0, ORG 2 / 3.
    expect(measure(entityF1({ average: 'macro' }), predictions, references)).toBeCloseTo(5 / 9, 12);
    expect(entityScores(predictions, references)[1]).toEqual({
      type: 'ORG',
      support: 1,
      predicted: 2,
      right: 1,
      f1: 2 / 3,
    });
  });

  test.each(golden.entities)('agree with a second reading of the rules', (expected) => {
    const { predictions, references } = expected;
    for (const scheme of ['conll', 'bio2'] as const) {
      const wanted = expected[scheme];
      references.forEach((tags, i) =>
        expect(entities(tags, scheme).map(({ type, start, end }) => [type, start, end])).toEqual(
          wanted.spans[i],
        ),
      );
      for (const average of ['micro', 'macro', 'weighted'] as const) {
        const metric = entityF1({ scheme, average });
        expect(measure(metric, predictions, references)).toBeCloseTo(wanted[average], 12);
      }
      const types = entityScores(predictions, references, { scheme });
      expect(Object.fromEntries(types.map(({ type, f1 }) => [type, f1]))).toEqual(
        Object.fromEntries(
          Object.entries(wanted.types).map(([type, f1]) => [type, expect.closeTo(f1, 12)]),
        ),
      );
    }
  });

  test.prop([
    fc.array(fc.constantFrom('O', 'B-X', 'I-X', 'B-Y', 'I-Y'), { minLength: 1, maxLength: 12 }),
  ])('strict ones are among those of CoNLL but for their ends', (tags) => {
    const starts = new Set(entities(tags).map(({ start }) => start));
    for (const { start } of entities(tags, 'bio2')) expect(starts.has(start)).toBe(true);
    if (starts.size > 0) expect(measure(entityF1(), [tags], [tags])).toBe(1);
  });

  test.each([
    ['a tag of another form', 'invalid-data', () => entities(['PER'])],
    ['E in strict BIO2', 'invalid-data', () => entities(['E-PER'], 'bio2')],
    ['a tag too few', 'shape-mismatch', () => measure(entityF1(), [['O']], [['O', 'O']])],
    ['no sentences', 'empty-data', () => measure(entityF1(), [], [])],
    ['no entity', 'undefined-metric', () => measure(entityF1(), [['O']], [['O']])],
    [
      'no right entity to weigh by',
      'undefined-metric',
      () => measure(entityF1({ average: 'weighted' }), [['B-X']], [['O']]),
    ],
    ['another mean', 'invalid-option', () => entityF1({ average: 'samples' as 'macro' })],
    ['another scheme', 'invalid-option', () => entityF1({ scheme: 'iobes' as 'conll' })],
  ])('are refused with %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

describe('perplexity', () => {
  test('of uniform guesses is how many there are, weighted by tokens', () => {
    const quarter = Math.log(1 / 4);
    expect(measure(perplexity(), [[quarter, quarter], [quarter]], undefined)).toBeCloseTo(4, 12);
    const mixed = [[Math.log(0.5)], [0, 0, 0]];
    expect(measure(perplexity(), mixed, undefined)).toBeCloseTo(2 ** 0.25, 12);
  });

  test.each([
    [
      'a probability of 0',
      'non-finite-data',
      () => measure(perplexity(), [[-Infinity]], undefined),
    ],
    ['a probability above 1', 'invalid-data', () => measure(perplexity(), [[0.5]], undefined)],
    ['no token', 'undefined-metric', () => measure(perplexity(), [[]], undefined)],
  ])('refuses %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
