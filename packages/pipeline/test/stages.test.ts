import { fc, test } from '@fast-check/vitest';
import { formatStages, type Stage } from '@limbeck/pipeline';
import { describe, expect } from 'vitest';

const stage = (name: string, seconds: number): Stage => ({
  step: name,
  seconds,
  state: 'fresh',
  why: [],
});

describe('formatStages', () => {
  test('shows steps, why they ran, what lies between, and the total', () => {
    const stages: Stage[] = [
      { step: 'corpus', seconds: 0.004, state: 'cached', why: [] },
      { step: 'train', seconds: 61.25, state: 'fresh', why: ['config.epochs is 4, was 3'] },
    ];
    expect(formatStages({ stages, otherSeconds: 0.5, seconds: 61.754 })).toBe(
      [
        'stage   seconds',
        'corpus     0.00  cached',
        'train     61.25  config.epochs is 4, was 3',
        'other      0.50',
        'total     61.75',
      ].join('\n'),
    );
  });

  test.prop([
    fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { maxLength: 9 }),
    fc.double({ min: 0, max: 9, noNaN: true }),
  ])('shows figures that add up to the hundredth', (seconds, otherSeconds) => {
    const total = seconds.reduce((a, b) => a + b, otherSeconds);
    const text = formatStages({
      stages: seconds.map((s, i) => stage(`s${i}`, s)),
      otherSeconds,
      seconds: total,
    });
    const figures = text
      .split('\n')
      .slice(1)
      .map((line) => Math.round(Number(line.split(/ +/)[1]) * 100));
    const shown = figures.pop();
    expect(figures.reduce((a, b) => a + b, 0)).toBe(shown);
    expect(Math.abs((shown ?? 0) / 100 - total)).toBeLessThan(0.006);
  });

  test('tells the first of many reasons', () => {
    const why = ['input a changed', 'input b changed', 'code c changed'];
    const stages = [{ step: 'train', seconds: 1, state: 'fresh', why }] as const;
    const text = formatStages({ stages, otherSeconds: 0, seconds: 1 });
    expect(text).toContain('input a changed; and 2 more');
    expect(text).not.toContain('input b');
  });
});
