import { fc, test } from '@fast-check/vitest';
import {
  anls,
  bleu,
  chrf,
  distinct,
  exactMatch,
  rougeL,
  rougeScore,
  selfBleu,
  sentenceBleu,
  tokenF1,
  tokenise13a,
} from '@limbeck/evaluators';
import { describe, expect } from 'vitest';
import golden from './golden/text.json' with { type: 'json' };
import { measure } from './support.js';

const cats = ['the cat sat on the mat', 'there is a dog'];
const right = ['the cat is on the mat', 'there is a big dog'];

describe('answers as SQuAD takes them', () => {
  test.each([
    ['The Eiffel Tower!', 'eiffel tower', 1, 1],
    ['in the city of Paris', 'Paris, France', 0, 0.333333],
    ['the', 'an', 1, 1],
    ['', 'no answer', 0, 0],
    ['10-20', '1020', 1, 1],
    ['New York York', 'York', 0, 0.5],
    ['theatre', 'atre', 0, 0],
  ])('%j against %j', (answer, reference, em, f1) => {
    expect(measure(exactMatch(), [answer], [reference])).toBe(em);
    expect(measure(tokenF1(), [answer], [reference])).toBeCloseTo(f1, 6);
    // The best reference counts.
    expect(measure(tokenF1(), [answer], [['zzz', reference]])).toBeCloseTo(f1, 6);
  });

  test.prop([fc.string(), fc.string()])('exact match is at most F1', (a, b) => {
    expect(measure(exactMatch(), [a], [b])).toBeLessThanOrEqual(measure(tokenF1(), [a], [b]));
    expect(measure(exactMatch(), [a], [a])).toBe(1);
  });
});

describe('ANLS', () => {
  const answers = ['invoice 12', 'total', 'ABC', '12.5', 'ab', ''];
  const references = [['Invoice 123'], ['Amount due'], ['abc', 'xyz'], ['125'], ['ad'], ['x']];
  const scores = [0.909091, 0, 1, 0.75, 0, 0];

  test('of six answers', () => {
    const rows = anls().rows(answers, references);
    scores.forEach((score, i) => expect(rows.data[i]).toBeCloseTo(score, 6));
    expect(anls().value(rows)).toBeCloseTo(0.443182, 6);
    expect(measure(anls(), [' '], [''])).toBe(1);
  });

  test('counts code points, and edits of every kind', () => {
    expect(measure(anls({ threshold: 1 }), ['👩x'], ['👩y'])).toBeCloseTo(0.5, 12);
    // kitten, sitting: two replaced, one inserted.
    expect(measure(anls({ threshold: 1 }), ['kitten'], ['sitting'])).toBeCloseTo(1 - 3 / 7, 12);
  });

  test('refuses a threshold above 1', () => {
    expect(() => anls({ threshold: 2 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});

describe('BLEU', () => {
  test('of two sentences, by each smoothing', () => {
    const rows = bleu().rows(cats, right);
    const sums = Array.from({ length: 10 }, (_, c) => rows.data[c]! + rows.data[10 + c]!);
    expect(sums).toEqual([9, 5, 2, 0, 10, 8, 6, 4, 10, 11]);
    expect(measure(bleu(), cats, right)).toBeCloseTo(35.403677, 6);
    expect(measure(bleu({ smoothing: 'none' }), cats, right)).toBe(0);
    expect(measure(bleu({ smoothing: 'floor' }), cats, right)).toBeCloseTo(23.675866, 6);
    expect(measure(bleu({ smoothing: 'add-k' }), cats, right)).toBeCloseTo(43.089521, 6);
  });

  test('of single sentences', () => {
    expect(sentenceBleu(cats[0]!, right[0]!)).toBeCloseTo(37.991784, 6);
    expect(sentenceBleu(cats[1]!, right[1]!)).toBeCloseTo(49.760939, 6);
    expect(sentenceBleu('dog', 'dog')).toBe(100);
    expect(sentenceBleu('dog', 'dog', { effectiveOrder: false })).toBe(0);
    const two = ['the cat is on the mat', 'a cat sat on a mat'];
    expect(sentenceBleu(cats[0]!, two)).toBeCloseTo(53.728497, 6);
    expect(sentenceBleu(cats[0]!, right[0]!, { order: 1 })).toBeCloseTo(83.3333, 4);
    expect(sentenceBleu(cats[0]!, right[0]!, { order: 2 })).toBeCloseTo(70.7107, 4);
    // What NLTK calls method 1.
    expect(sentenceBleu(cats[0]!, right[0]!, { smoothing: 'floor' })).toBeCloseTo(25.4066, 4);
  });

  test('takes the tokens of version 13a', () => {
    expect(tokenise13a("Hello, world! It's 3.5% of U.S. co-op (test).").join(' ')).toBe(
      "Hello , world ! It's 3.5 % of U . S . co-op ( test ) .",
    );
  });

  test.each(golden.tokens13a)('makes the tokens of sacreBLEU of $text', ({ text, tokens }) => {
    expect(tokenise13a(text).join(' ')).toBe(tokens);
  });

  test.each(golden.cases.map((each, i) => ({ ...each, i })))(
    'and chrF agree with sacreBLEU, case $i',
    (expected) => {
      const { hypotheses, references } = expected;
      for (const [smoothing, value] of Object.entries(expected.bleu)) {
        const metric = bleu({ smoothing: smoothing as 'exp' });
        expect(measure(metric, hypotheses, references), smoothing).toBeCloseTo(value, 9);
      }
      expected.sentenceBleu.forEach((value, i) =>
        expect(sentenceBleu(hypotheses[i]!, references[i]!), hypotheses[i]).toBeCloseTo(value, 9),
      );
      expect(measure(chrf(), hypotheses, references)).toBeCloseTo(expected.chrf, 9);
      const plus = chrf({ words: 2 });
      expect(measure(plus, hypotheses, references)).toBeCloseTo(expected['chrf++'], 9);
      expected['sentenceChrf++'].forEach((value, i) =>
        expect(measure(plus, [hypotheses[i]!], [references[i]!])).toBeCloseTo(value, 9),
      );
    },
  );

  test.prop([fc.array(fc.constantFrom('a', 'bc', 'd.', '5'), { minLength: 4, maxLength: 9 })])(
    'and chrF of a text with itself are 100',
    (tokens) => {
      const text = tokens.join(' ');
      expect(sentenceBleu(text, text)).toBeCloseTo(100, 9);
      expect(measure(chrf(), [text], [text])).toBeCloseTo(100, 9);
    },
  );
});

describe('chrF', () => {
  test('of two sentences', () => {
    expect(measure(chrf(), cats, right)).toBeCloseTo(61.238968, 6);
    expect(measure(chrf({ words: 2 }), cats, right)).toBeCloseTo(63.449486, 6);
    const each = (words: number): number[] =>
      cats.map((text, i) => measure(chrf({ words }), [text], [right[i]!]));
    expect(each(0)).toEqual([expect.closeTo(64.577942, 6), expect.closeTo(57.090442, 6)]);
    expect(each(2)).toEqual([expect.closeTo(66.360671, 6), expect.closeTo(59.81961, 5)]);
    expect(measure(chrf(), ['abc'], ['abd'])).toBeCloseTo(38.888889, 6);
    expect(measure(chrf(), [''], ['abd'])).toBe(0);
  });
});

describe('ROUGE-L', () => {
  test('of four pairs', () => {
    expect(rougeScore(cats[0]!, right[0]!).precision).toBeCloseTo(0.833333, 6);
    const dogs = rougeScore('the dog ran', 'a dog ran fast today');
    expect(dogs.precision).toBeCloseTo(2 / 3, 12);
    expect(dogs.recall).toBeCloseTo(0.4, 12);
    expect(dogs.f1).toBeCloseTo(0.5, 12);
    const kills = [
      measure(rougeL(), ['police kill the gunman'], ['police killed the gunman']),
      measure(rougeL(), ['the gunman kill police'], ['police killed the gunman']),
    ];
    expect(kills).toEqual([0.75, 0.5]);
    expect(rougeScore('!?', 'a')).toEqual({ precision: 0, recall: 0, f1: 0 });
  });
});

describe('variety of texts', () => {
  const dogs = ['i like dogs', 'i like cats', 'i like dogs a lot'];

  test('distinct-n over the corpus, and a text', () => {
    expect(measure(distinct({ n: 1 }), dogs, undefined)).toBeCloseTo(6 / 11, 12);
    expect(measure(distinct({ n: 2 }), dogs, undefined)).toBeCloseTo(5 / 8, 12);
    expect(measure(distinct({ n: 1, per: 'text' }), dogs, undefined)).toBe(1);
    const rows = distinct({ n: 1 }).rows(dogs, undefined);
    expect(distinct({ n: 1 }).value(rows, Uint32Array.of(0, 0))).toBe(0.5);
  });

  test.prop([fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}$/u), { minLength: 1 })])(
    'distinct-1 of words that all differ is 1',
    (words) => {
      const texts = [words.join(' '), ''];
      expect(measure(distinct({ n: 1 }), texts, undefined)).toBe(1);
    },
  );

  test('self-BLEU of three texts', () => {
    const two = selfBleu({ order: 2 });
    const rows = two.rows(dogs, undefined);
    expect([...rows.data]).toEqual([
      expect.closeTo(1, 6),
      expect.closeTo(0.57735, 6),
      expect.closeTo(0.547723, 6),
    ]);
    expect(two.value(rows)).toBeCloseTo(0.708358, 6);
    const three = selfBleu({ order: 3, smoothing: 'floor' });
    expect(measure(three, dogs, undefined)).toBeCloseTo(0.59533, 6);
  });

  test('self-BLEU agrees with one BLEU a text', () => {
    const { texts, order3Floor } = golden.selfBleu;
    const rows = selfBleu({ order: 3, smoothing: 'floor' }).rows(texts, undefined);
    order3Floor.forEach((value, i) => expect(rows.data[i]).toBeCloseTo(value, 9));
  });

  test('distinct-n of very many texts', () => {
    const texts = Array.from({ length: 200_000 }, (_, i) => `text ${i}`);
    expect(measure(distinct({ n: 1 }), texts, undefined)).toBe(200_001 / 400_000);
  });

  test('self-BLEU of texts shorter than the longest n-grams', () => {
    const same = ['a b c', 'a b c'];
    expect(measure(selfBleu(), same, undefined)).toBe(0);
    // NLTK's method 1 counts 0.1 of one run of four: ⁴√(1 · 1 · 1 · 0.1).
    const floor = selfBleu({ smoothing: 'floor' });
    expect(measure(floor, same, undefined)).toBeCloseTo(0.1 ** 0.25, 12);
  });

  test('self-BLEU of equal texts is 1', () => {
    const texts = ['a b c d e', 'a b c d e', 'a b c d e'];
    expect(measure(selfBleu(), texts, undefined)).toBeCloseTo(1, 12);
  });

  test.each([
    ['no texts', 'empty-data', () => measure(distinct({ n: 1 }), [], undefined)],
    ['texts too short', 'undefined-metric', () => measure(distinct({ n: 3 }), ['a b'], undefined)],
    [
      'a text too short',
      'undefined-metric',
      () => measure(distinct({ n: 3, per: 'text' }), ['a b'], undefined),
    ],
    ['an n of 0', 'invalid-option', () => distinct({ n: 0 })],
    ['one text', 'empty-data', () => measure(selfBleu(), ['a'], undefined)],
    ['an item without a reference', 'invalid-data', () => measure(bleu(), ['a'], [[]])],
    ['a reference too few', 'shape-mismatch', () => measure(chrf(), ['a'], [])],
    ['no items', 'empty-data', () => measure(exactMatch(), [], [])],
    ['a smoothing by 0', 'invalid-option', () => bleu({ value: 0 })],
    ['an order of 0', 'invalid-option', () => chrf({ characters: 0 })],
    ['a smoothing that there is not', 'invalid-option', () => bleu({ smoothing: 'add' as 'exp' })],
    ['method 2', 'invalid-option', () => selfBleu({ smoothing: 'method2' as 'floor' })],
    ['another unit', 'invalid-option', () => distinct({ n: 1, per: 'item' as 'text' })],
  ])('refuses %s', (_name, code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
