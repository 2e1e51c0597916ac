import { describe, expect, test } from 'vitest';
import { pickAnswers, sampleOf } from '../src/sample.js';
import { toyCorpus } from './support/toy-corpus.js';

const windows = toyCorpus({ C: 30, Go: 4, Lua: 12 }).train;

describe('sampleOf', () => {
  test('takes the same number of every language, all where there are fewer, in rising order', () => {
    const sample = sampleOf(windows, 10);
    const counts = [0, 1, 2].map(
      (label) => sample.filter((index) => windows[index]!.label === label).length,
    );
    expect(counts).toEqual([10, 4, 10]);
    expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b));
  });

  test('is the same at each call, and does not take the first windows', () => {
    expect(sampleOf(windows, 10)).toEqual(sampleOf(windows, 10));
    expect(sampleOf(windows, 10).slice(0, 10)).not.toEqual(Array.from({ length: 10 }, (_, i) => i));
  });

  test('a language keeps its windows when another one is dropped', () => {
    const ofLua = (rows: typeof windows) =>
      sampleOf(rows, 5)
        .map((index) => rows[index]!.text)
        .filter((text) => text.startsWith('Lua'));
    expect(ofLua(windows.filter(({ language }) => language !== 'C'))).toEqual(ofLua(windows));
  });
});

describe('pickAnswers', () => {
  test('picks rows of probabilities', () => {
    const probabilities = Float64Array.of(0.9, 0.1, 0.2, 0.8, 0, 0);
    expect(pickAnswers({ probabilities, classes: 2 }, [2, 0])).toEqual({
      classes: 2,
      probabilities: Float64Array.of(0, 0, 0.9, 0.1),
    });
  });

  test('picks labels', () => {
    expect(pickAnswers({ labels: [4, -1, 2], classes: 5 }, [1, 2])).toEqual({
      classes: 5,
      labels: [-1, 2],
    });
  });
});
