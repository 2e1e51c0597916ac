import { accuracy } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { int8Failed, int8Gate } from '../../src/export/int8-gate.js';

/** Answers of two classes: 1 for the rows of a range, 0 for all others. */
function answers(rows: number, from = 0, to = 0) {
  const labels = Array.from({ length: rows }, (_, row) => (row >= from && row < to ? 1 : 0));
  return { classes: 2, labels };
}

/** All labels are 0. float32 gets `gained` rows wrong that int8 gets right, and int8 `lost` others. */
function dropped(rows: number, lost: number, gained: number) {
  const labels = new Uint8Array(rows);
  const labelled = answers(rows, 0, gained);
  const evidence = { metric: accuracy(), labels, labelled };
  return int8Gate(evidence, answers(rows, gained, gained + lost), undefined);
}

/** int8 is as good on 100 labelled rows, and answers `other` of the unlabelled rows otherwise. */
function differing(rows: number, other: number) {
  const labels = new Uint8Array(100);
  const [labelled, unlabelled] = [answers(100), answers(rows)];
  const evidence = { metric: accuracy(), labels, labelled, unlabelled };
  return int8Gate(evidence, labelled, answers(rows, 0, other));
}

describe('the drop of the metric', () => {
  test('of 0.4 points that may be 1.2 is refused', () => {
    const gate = dropped(1000, 10, 6);
    expect(gate.drop).toBeCloseTo(0.004, 9);
    expect(gate.dropHigh).toBeCloseTo(0.012, 9);
    expect(gate.passed).toBe(false);
    expect(int8Failed(gate)).toMatchObject({
      code: 'gate-failed',
      given: expect.stringContaining('0.40 points in accuracy (up to 1.20 points)') as string,
    });
  });

  test('of 0.4 points that may be 1.0, the edge, is accepted', () => {
    const gate = dropped(1000, 6, 2);
    expect(gate.drop).toBeCloseTo(0.004, 9);
    expect(gate.dropHigh).toBeCloseTo(0.01, 9);
    expect(gate.passed).toBe(true);
  });

  test.each([
    [10, 0.005, true],
    [11, 0.0055, false],
  ])('by %i of 2,000 rows, %d, is accepted: %s', (lost, drop, passed) => {
    const gate = dropped(2000, lost, 0);
    expect(gate.drop).toBeCloseTo(drop, 9);
    expect(gate.dropHigh).toBeLessThan(0.0095);
    expect(gate.passed).toBe(passed);
  });

  test('is none where int8 is better', () => {
    expect(dropped(2000, 0, 30)).toMatchObject({
      passed: true,
      drop: expect.closeTo(-0.015, 9) as number,
    });
  });
});

describe('the agreement of few labelled rows', () => {
  test('of at least 97% is refused', () => {
    const gate = differing(2000, 47);
    expect(gate).toMatchObject({ rows: 100, drop: 0, dropHigh: 0, passed: false });
    expect(gate.agreement).toMatchObject({ rows: 2000, value: 0.9765 });
    expect(gate.agreement!.low).toBeCloseTo(0.97, 9);
    expect(int8Failed(gate).given).toContain('agreement 97.65% (at least 97.00%)');
  });

  test('of 98.5% that may be less than 98% is refused', () => {
    const gate = differing(2000, 30);
    expect(gate.agreement!.value).toBeCloseTo(0.985, 9);
    expect(gate.agreement!.low).toBeCloseTo(0.9795, 9);
    expect(gate.passed).toBe(false);
  });

  test('of at least 98%, the edge, is accepted', () => {
    const gate = differing(1000, 13);
    expect(gate.agreement!.low).toBeCloseTo(0.98, 9);
    expect(gate.passed).toBe(true);
  });
});
