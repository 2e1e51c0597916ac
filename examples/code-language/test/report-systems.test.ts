import { describe, expect, test } from 'vitest';
import { stageRows } from '../src/report/build-report.js';
import {
  comparisonRows,
  type SampledSystem,
  sampled,
  sliceRows,
  systemRows,
} from '../src/report/report-systems.js';
import { systemTable } from '../src/report/table.js';
import { names, probabilitiesOf } from '../src/systems.js';
import { snippet, toyCorpus } from './support/toy-corpus.js';

const languages = ['C', 'CSS', 'SCSS', 'Go'];
const corpus = toyCorpus(
  { C: 0, CSS: 0, SCSS: 0, Go: 0 },
  { families: { 'CSS and SCSS': ['CSS', 'SCSS'] } },
);

// Two packages a language, so that there is something to resample.
const items = [0, 0, 1, 1, 2, 2, 3, 3].map((label, i) => ({
  ...snippet(languages, label, `${i}`),
  group: `${languages[label]}-${i % 2}`,
  lines: i % 2 === 0 ? 1 : 20,
}));

/** A system that answers with these labels. */
function answering(
  name: string,
  labels: readonly number[],
  about: Partial<SampledSystem> = {},
): SampledSystem {
  return { name, role: 'peer', unknown: [], runs: [{ labels, classes: 4 }], ...about };
}

const right = [0, 0, 1, 1, 2, 2, 3, 3];

describe('sliceRows', () => {
  // CSS and SCSS taken for each other once each; one SCSS taken for C; one abstention in CSS.
  const rows = sliceRows([answering('x', [0, 3, 2, -1, 1, 0, 3, 3])], items, corpus);
  const value = (by: string, name: string) =>
    rows.find((row) => row.by === by && row.value === name)?.accuracy.value;

  test('accuracy by language and by length', () => {
    expect(languages.map((name) => value('language', name))).toEqual([0.5, 0, 0, 1]);
    const lengths = rows.filter(({ by }) => by === 'length');
    expect(lengths.map(({ n }) => n)).toEqual([4, 4]);
    expect(lengths.map(({ accuracy }) => accuracy.value)).toEqual([0.5, 0.25]);
  });

  test('a family as one forgives relatives, and neither strangers nor abstentions', () => {
    expect(rows.filter(({ by }) => by === 'family as one')).toHaveLength(1);
    expect(value('family as one', 'CSS and SCSS')).toBe(0.5);
  });

  test('rows of zeros are abstentions there too', () => {
    const probabilities = Float64Array.from(items.flatMap(() => [0, 0, 0, 0]));
    const silent = answering('x', [], { runs: [{ probabilities, classes: 4 }] });
    const found = sliceRows([silent], items, corpus);
    expect(found.map(({ accuracy }) => accuracy.value)).toEqual(found.map(() => 0));
  });
});

describe('comparisonRows', () => {
  const ours = Object.values(names).map((name) =>
    answering(name, name === names.shuffled ? [1, 1, 0, 0, 0, 0, 0, 0] : right, {
      role: name === names.student ? 'student' : 'method',
    }),
  );

  test('a peer is judged on the languages that it knows', () => {
    // It knows neither SCSS nor Go, and is wrong once in the other four windows.
    const peer = answering('peer', [0, 3, 1, 1, 0, 0, 0, 0], { unknown: [2, 3] });
    const found = comparisonRows([...ours, peer], items).filter(({ worse }) => worse === 'peer');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      better: names.student,
      difference: 0.25,
      factors: { languages: 'known to the peer' },
    });
  });

  test('every pair that the run is about is there once', () => {
    const found = comparisonRows(ours, items);
    const pairs = found.map(({ better, worse }) => `${better} > ${worse}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    for (const worse of [names.scarce, names.all, names.argmax, names.shuffled, names.baseline]) {
      expect(pairs).toContain(`${names.student} > ${worse}`);
    }
    expect(pairs).toContain(`${names.teacher} > ${names.baseline}`);
    const shuffled = found.find(({ better, worse }) =>
      [names.student, names.shuffled].every((name) => [better, worse].includes(name as never)),
    );
    expect(shuffled!.difference).toBe(1);
  });

  test('the int8 student is compared with the one that it was made of', () => {
    const other = { labels: right.map(() => 0), classes: 4 };
    const seeds = ours.map((system) =>
      system.name === names.student ? { ...system, runs: [...system.runs, other] } : system,
    );
    const found = comparisonRows(seeds, items).find(({ worse }) => worse === names.int8);
    expect(found!.difference).toBe(0);
  });
});

test('systemRows measure agreement with the teacher and keep what is known beside', () => {
  const half = [0, 0, 1, 1, 0, 0, 0, 0];
  const [teacher, peer] = systemRows(
    [answering(names.teacher, right, { role: 'teacher' }), answering('peer', half)],
    items,
    { peer: { sizeBytes: 7 } },
  );
  expect(teacher!.accuracy.value).toBe(1);
  expect(peer).toMatchObject({ name: 'peer', sizeBytes: 7, n: 8, agreement: 0.5 });
});

test('a system’s answers to the sample are rows of its answers to the test set', () => {
  const answers = () => [probabilitiesOf(Float32Array.of(0, Math.log(3), 5, 5), 2)];
  const found = sampled({ name: 'x', role: 'student', answers }, [1]);
  expect(found.runs).toEqual([{ probabilities: Float64Array.of(0.5, 0.5), classes: 2 }]);
});

test('stageRows keep the seconds and say what was cached', () => {
  const stages = [
    { step: 'a', seconds: 1.5, state: 'fresh' },
    { step: 'b', seconds: 0.1, state: 'cached' },
  ];
  expect(stageRows(stages, 0.4)).toEqual([
    { name: 'a', seconds: 1.5, cached: false },
    { name: 'b', seconds: 0.1, cached: true },
    { name: 'other', seconds: 0.4 },
  ]);
});

test('the table says percents, milliseconds and kilobytes, and leaves out what is unknown', () => {
  const systems = [
    {
      name: 'one',
      role: 'student' as const,
      accuracy: { value: 0.815, low: 0.8, high: 0.83 },
      ece: 0.0312,
      latencyMs: { p50: 0.123, p95: 1 },
      sizeBytes: 123_456,
      n: 10,
    },
    { name: 'two', role: 'peer' as const, accuracy: { value: 1, low: 1, high: 1 }, n: 10 },
  ];
  const lines = systemTable({ systems } as unknown as Parameters<typeof systemTable>[0]).split(
    '\n',
  );
  expect(lines[1]!.split(/ {2,}/)).toEqual([
    'one',
    '81.5 (80.0–83.0)',
    '3.1',
    '0.12',
    '1.00',
    '123',
  ]);
  expect(lines[2]).toBe('two     100.0 (100.0–100.0)');
});
