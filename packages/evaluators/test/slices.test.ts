import { accuracy, pickRows, slices, systemReport } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { soft } from './support.js';

const labels = [0, 0, 0, 0, 1, 1, 1, 1];
const rows = accuracy().rows({ labels: [0, 0, 0, 1, 1, 0, 0, 0], classes: 2 }, labels);

describe('slices', () => {
  test('measure the items of each trait, and leave out those with none', () => {
    const values = ['js', 'js', 'js', 'js', 'ts', 'ts', 'ts', undefined];
    const clusters = ['p', 'p', 'q', 'q', 'r', 'r', 'r', 's'];
    const found = slices(rows, { by: 'language', values, system: 'student', clusters });
    expect(found).toMatchObject([
      {
        by: 'language',
        value: 'js',
        system: 'student',
        accuracy: { value: 0.75 },
        n: 4,
        groups: 2,
      },
      { value: 'ts', accuracy: { value: expect.closeTo(1 / 3, 12) as number }, n: 3, groups: 1 },
    ]);
    // Two packages, of which one is right throughout and one half: nothing lies outside 0.5 to 1.
    expect(found[0]!.accuracy).toMatchObject({ low: 0.5, high: 1 });
    // One package alone: an interval of items, not of width 0.
    expect(found[1]!.accuracy.high).toBeGreaterThan(found[1]!.accuracy.low);
  });

  test('say nothing of a single item', () => {
    const values = ['a', ...Array.from({ length: 7 }, () => 'b')];
    expect(slices(rows, { by: 'x', values, system: 's' })[0]!.accuracy).toEqual({
      value: 1,
      low: 0,
      high: 1,
    });
  });

  test('refuse traits of other items', () => {
    expect(() => slices(rows, { by: 'x', values: ['a'], system: 's' })).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
  });

  test('pick whole rows', () => {
    const picked = pickRows({ columns: 2, data: Float64Array.of(1, 2, 3, 4, 5, 6) }, [2, 0]);
    expect([...picked.data]).toEqual([5, 6, 1, 2]);
  });
});

describe('systemReport', () => {
  const good = soft([
    [0.9, 0.1],
    [0.8, 0.2],
    [0.3, 0.7],
  ]);
  const poor = soft([
    [0.9, 0.1],
    [0.2, 0.8],
    [0.3, 0.7],
  ]);

  test('averages over seeds', () => {
    const report = systemReport(
      { name: 's', role: 'student', runs: [good, poor], seeds: [1, 2], teacher: good },
      [0, 0, 1],
    );
    expect(report.accuracy.value).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(report.agreement).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(report.seeds).toEqual([
      { seed: 1, accuracy: 1 },
      { seed: 2, accuracy: expect.closeTo(2 / 3, 12) as number },
    ]);
    expect(report.n).toBe(3);
    expect(report.nll).toBeGreaterThan(0);
    expect(report.abstained).toBeUndefined();
  });

  test('leaves out what labels and abstentions do not define', () => {
    const report = systemReport(
      { name: 'p', role: 'peer', runs: [{ labels: [0, -1, 1], classes: 2 }] },
      [0, 0, 1],
    );
    expect(report).toMatchObject({ abstained: 1, accuracy: { value: 2 / 3 } });
    expect(Object.keys(report)).not.toContain('nll');
    expect(Object.keys(report)).not.toContain('ece');
    const silent = soft([
      [0.5, 0.5],
      [0, 0],
      [0.2, 0.8],
    ]);
    const calibrated = systemReport({ name: 'p', role: 'peer', runs: [silent] }, [0, 0, 1]);
    expect(Object.keys(calibrated)).toContain('ece');
    expect(Object.keys(calibrated)).not.toContain('nll');
  });
});
