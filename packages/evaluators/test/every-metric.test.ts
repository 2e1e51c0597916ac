import { type Metric, Rng, type Rows } from '@limbeck/core';
import {
  accuracy,
  auc,
  aurc,
  averagePrecision,
  balancedAccuracy,
  bleu,
  bootstrap,
  chrf,
  compare,
  distinct,
  entityF1,
  equalMassEce,
  isWeighted,
  kendall,
  macroF1,
  mcc,
  mce,
  meanAveragePrecision,
  metricText,
  microF1,
  ndcg,
  pearson,
  perplexity,
  resample,
  rootMeanSquaredError,
  rSquared,
  selfBleu,
  setF1,
  spearman,
  systemReport,
  tprAtFpr,
  weightedF1,
} from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';

const items = 40;
const rng = Rng.from(5);
const list = <T>(make: (i: number) => T): T[] => Array.from({ length: items }, (_, i) => make(i));
const labels = list(() => rng.integer(3));
const words = ['a', 'b', 'c', 'd'];
const sentence = (): string =>
  list(() => words[rng.integer(4)]!)
    .slice(0, 8)
    .join(' ');

/** Answers of some skill in every form that a metric takes. */
function answers(skill: number) {
  const right = list(() => rng.uniform() < skill);
  const references = list((i) => sentences[i]!);
  return {
    classes: {
      probabilities: Float64Array.from(
        labels.flatMap((y, i) =>
          [0, 1, 2].map((c) =>
            c === (right[i] ? y : (y + 1) % 3) ? 0.5 + i / 100 : (0.5 - i / 100) / 2,
          ),
        ),
      ),
      classes: 3,
    },
    scores: labels.map((y, i) => (right[i] ? Number(y > 0) : 0.5) + rng.uniform() / 2),
    numbers: labels.map((y) => y + (1 - skill) * rng.normal()),
    texts: references.map((text, i) => (right[i] ? text : `${text.slice(0, 7)} x`)),
    tags: labels.map((y, i) => ['O', right[i] ? `B-${y}` : 'B-9']),
    logProbabilities: list((i) => [right[i] ? -0.1 : -2, -1]),
    sets: labels.map((y, i) => [right[i] ? `${y}` : 'none', 'both']),
    run: Object.fromEntries(
      labels.map((y, i) => [`q${i}`, { [`d${y}`]: right[i] ? 2 : 0, other: 1 }]),
    ),
  };
}
const sentences = list(sentence);
const good = answers(0.9);
const bad = answers(0.5);
const positives = labels.map((y) => Number(y > 0));
const qrels = Object.fromEntries(labels.map((y, i) => [`q${i}`, { [`d${y}`]: 1 }]));
const tags = labels.map((y) => ['O', `B-${y}`]);
const sets = labels.map((y) => [`${y}`, 'both']);

type Given = ReturnType<typeof answers>;
/** A metric beside how its rows are made. */
function withRows<P, R>(metric: Metric<P, R>, predictions: (given: Given) => P, references: R) {
  return {
    metric: metric as Metric<unknown, unknown>,
    rows: (given: Given) => metric.rows(predictions(given), references),
  };
}
const all = [
  ...[
    accuracy(),
    macroF1(),
    microF1(),
    weightedF1(),
    balancedAccuracy(),
    mcc(),
    mce(),
    equalMassEce(),
    aurc(),
  ].map((metric) => withRows(metric, ({ classes }) => classes, labels)),
  ...[auc(), averagePrecision(), tprAtFpr({ fpr: 0.5 })].map((metric) =>
    withRows(metric, ({ scores }) => scores, positives),
  ),
  ...[rSquared(), pearson(), spearman(), kendall(), rootMeanSquaredError()].map((metric) =>
    withRows(metric, ({ numbers }) => numbers, labels),
  ),
  ...[bleu(), chrf(), chrf({ words: 2 })].map((metric) =>
    withRows(metric, ({ texts }) => texts, sentences),
  ),
  ...[distinct({ n: 2 }), selfBleu({ smoothing: 'floor' })].map((metric) =>
    withRows(metric, ({ texts }) => texts, undefined),
  ),
  ...[ndcg({ k: 10 }), meanAveragePrecision()].map((metric) =>
    withRows(metric, ({ run }) => run, qrels),
  ),
  withRows(entityF1(), (given) => given.tags, tags),
  withRows(setF1(), (given) => given.sets, sets),
  withRows(perplexity(), ({ logProbabilities }) => logProbabilities, undefined),
];

/** What does not follow from being right more often. */
const besideSkill = new Set(['distinct-2', 'selfBleu-4', 'mce', 'equalMassEce']);

describe.each(all.map((each) => ({ ...each, name: each.metric.name })))(
  '$name',
  ({ metric, rows, name }) => {
    const ofGood = rows(good);
    const ofBad = rows(bad);

    test('has one row an item, and is the same for all items picked', () => {
      expect(ofGood.data.length / ofGood.columns).toBe(items);
      const everything = Uint32Array.from({ length: items }, (_, i) => items - 1 - i);
      expect(metric.value(ofGood, everything)).toBeCloseTo(metric.value(ofGood), 9);
    });

    test('is compared in a sentence, the better one better', () => {
      const found = compare(
        metric,
        { name: 'the good', rows: ofGood },
        { name: 'the bad', rows: ofBad },
        { resamples: 200 },
      );
      if (!besideSkill.has(name)) expect(found.difference).toBeGreaterThan(0);
      expect(found.low).toBeLessThanOrEqual(found.difference);
      expect(found.high).toBeGreaterThanOrEqual(found.difference);
      expect(found.sentence).toContain(`In ${metricText(name).name}, `);
      expect(found.sentence).toMatch(/95% interval .+ to .+, p [<=] /u);
    });

    test('resamples in its fast way as by picking', () => {
      const plain: Metric<unknown, unknown> = {
        name,
        higherIsBetter: metric.higherIsBetter,
        rows: () => ofBad,
        value: (given, pick) => metric.value(given, pick),
      };
      const clusters = list((i) => i % 13);
      const [fast] = resample(metric, [ofBad], { clusters, resamples: 30 });
      const [slow] = resample(plain, [ofBad], { clusters, resamples: 30 });
      fast!.forEach((value, b) => expect(value).toBeCloseTo(slow![b]!, 9));
    });

    test('refuses a pick beyond its rows', () => {
      expect(() => metric.value(ofGood, Uint32Array.of(items))).toThrow(
        expect.objectContaining({ code: 'invalid-data' }),
      );
    });
  },
);

describe('a metric that some draws leave undefined', () => {
  const rare = (n: number): Rows =>
    auc().rows(
      list((i) => i),
      list((i) => (i >= items - n ? 1 : 0)),
    );

  test('is resampled where it is defined', () => {
    // A draw of 40 lacks all 3 positives in 5% of cases.
    const [values] = resample(auc(), [rare(3)]);
    expect(values!.every((value) => value === 1)).toBe(true);
    expect(bootstrap(auc(), rare(3))).toEqual({ value: 1, low: 1, high: 1 });
  });

  test('is refused where too many are', () => {
    expect(() => bootstrap(auc(), rare(1))).toThrow(
      expect.objectContaining({
        code: 'undefined-metric',
        given: expect.stringContaining('10% of resamples') as string,
        cause: expect.anything() as unknown,
      }),
    );
    const other: Metric<unknown, unknown> = {
      name: 'broken',
      higherIsBetter: true,
      rows: () => rare(3),
      value() {
        throw new TypeError('broken');
      },
    };
    expect(() => resample(other, [rare(3)])).toThrow(TypeError);
  });

  test('is left out of a report', () => {
    const runs = [{ labels: [0, 1], classes: 2 }];
    const system = {
      name: 's',
      role: 'student',
      runs,
      metrics: [mcc(), microF1(), aurc()],
    } as const;
    expect(systemReport(system, [1, 1]).metrics).toEqual({ microF1: 0.5 });
    expect(systemReport(system, [0, 1]).metrics).toEqual({ mcc: 1, microF1: 1 });
  });
});

test('only metrics that sort take weights', () => {
  const weighted = all.filter(({ metric }) => isWeighted(metric)).map(({ metric }) => metric.name);
  expect(weighted).toEqual(['auc', 'averagePrecision', 'tpr@fpr=0.5']);
});

test('metrics are named for people', () => {
  expect(metricText('ndcg@10')).toEqual({ name: 'nDCG@10', factor: 100, digits: 1, unit: 'point' });
  expect(metricText('tpr@fpr=0.01').name).toBe('TPR@FPR 0.01');
  expect(metricText('chrf++')).toMatchObject({ name: 'chrF++', factor: 1, unit: 'point' });
  expect(metricText('nll')).toMatchObject({ unit: 'nat', digits: 3 });
  expect(metricText('toString')).toEqual({ name: 'toString', factor: 1, digits: 3, unit: '' });
});
