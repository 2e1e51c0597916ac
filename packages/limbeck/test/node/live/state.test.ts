import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { dataOf } from '../../../src/node/live/client/charts.js';
import {
  emptyState,
  type LiveEvent,
  type LiveState,
  take,
} from '../../../src/node/live/client/state.js';

function after(
  events: readonly (Omit<LiveEvent, 'atMs'> & { atMs?: number })[],
  steps: readonly string[] = [],
): LiveState {
  const state = emptyState(steps);
  events.forEach((event, i) => take(state, { atMs: 1000 * (i + 1), ...event } as LiveEvent));
  return state;
}

const step = (n: number, more: object = {}) => ({
  kind: 'train/step',
  phase: 'train',
  step: n,
  steps: 100,
  metrics: { loss: 1 / n, rate: 0.1 },
  examplesPerSecond: 50,
  secondsLeft: 9,
  ...more,
});

describe('what the live page makes of events', () => {
  test('a curve, with speed and time left', () => {
    const { trainings, startedMs } = after([
      step(1),
      step(2),
      { kind: 'train/evaluated', step: 2, metrics: { accuracy: 0.5 } },
    ]);
    expect(startedMs).toBe(1000);
    expect(trainings).toMatchObject([
      {
        name: 'training',
        step: 2,
        steps: 100,
        examplesPerSecond: 50,
        secondsLeft: 9,
        startedMs: 1000,
      },
    ]);
    expect(trainings[0]!.points.map(({ values }) => values['loss'])).toEqual([1, 0.5]);
    expect(trainings[0]!.evaluations).toEqual([{ step: 2, values: { accuracy: 0.5 } }]);
  });

  test('a training of its own for each stage, for each name, and for each new beginning', () => {
    const started = (name: string) => ({
      kind: 'pipeline/started',
      step: name,
      why: ['first run'],
    });
    const { trainings } = after([
      started('teacher'),
      step(1),
      step(50),
      { kind: 'pipeline/finished', step: 'teacher', seconds: 2 },
      started('students'),
      step(1),
      step(2),
      step(1),
      step(1, { run: 'conv, seed 2' }),
      step(3, { stage: 'teacher' }),
    ]);
    expect(trainings.map(({ name, step: at }) => [name, at])).toEqual([
      ['teacher', 50],
      ['students', 2],
      ['students · 2', 1],
      ['conv, seed 2', 1],
      ['teacher · 2', 3],
    ]);
  });

  test('a training that is evaluated before its first step keeps the bare names of its values', () => {
    const { trainings } = after([
      { kind: 'train/evaluated', step: 0, metrics: { accuracy: 0.1 } },
      step(1),
      step(2, { phase: 'other' }),
    ]);
    expect(trainings).toHaveLength(1);
    expect(trainings[0]!.points.map(({ values }) => Object.keys(values))).toEqual([
      ['loss', 'rate'],
      ['loss (other)', 'rate (other)'],
    ]);
  });

  test('a training whose name begins with that of another is not the other', () => {
    const { trainings } = after([
      step(1, { run: 'conv' }),
      step(1, { run: 'conv · wide' }),
      step(5, { run: 'conv · wide' }),
      step(2, { run: 'conv' }),
    ]);
    expect(trainings.map(({ name, step: at }) => [name, at])).toEqual([
      ['conv', 2],
      ['conv · wide', 5],
    ]);
  });

  test('a training that goes on after a stop is the same one', () => {
    const { trainings, messages } = after([
      step(10),
      { kind: 'train/resumed', step: 10 },
      step(11),
    ]);
    expect(trainings).toHaveLength(1);
    expect(messages.map(({ text }) => text)).toEqual(['Went on from step 10.']);
  });

  test('an event that has words for people is told in them', () => {
    const { messages } = after([
      { kind: 'distil/teacher', stage: 'teacher', size: 'wide', folds: 4, message: 'Trains.' },
      { kind: 'distil/other', size: 'wide' },
    ]);
    expect(messages.map(({ text }) => text)).toEqual([
      'teacher: Trains.',
      'distil/other: size wide',
    ]);
  });

  test('metrics of a second phase have its name', () => {
    const { trainings } = after([step(1), step(2, { phase: 'discriminator' })]);
    const { names } = dataOf(trainings[0]!.points, () => true);
    expect(names).toEqual(['loss', 'rate', 'loss (discriminator)', 'rate (discriminator)']);
  });

  test('stages: those to come, the one that runs, those done and those that were there', () => {
    const { stages } = after(
      [
        { kind: 'pipeline/cached', step: 'read' },
        { kind: 'pipeline/started', step: 'teacher', why: ['config.width is 4, was 3'] },
        { kind: 'pipeline/finished', step: 'teacher', seconds: 4.5 },
        { kind: 'pipeline/started', step: 'late', why: [] },
      ],
      ['read', 'teacher', 'report'],
    );
    expect(stages).toMatchObject([
      { name: 'read', state: 'cached' },
      { name: 'teacher', state: 'done', seconds: 4.5, why: 'config.width is 4, was 3' },
      { name: 'report', state: 'waiting' },
      { name: 'late', state: 'running', startedMs: 4000 },
    ]);
  });

  test('samples, warnings, other kinds, and the end', () => {
    const state = after([
      {
        kind: 'sample/predictions',
        rows: [{ text: 't', label: 'a', predicted: 'b', probability: 0.7 }],
      },
      { kind: 'train/skipped', level: 'warn', step: 3, given: 'loss NaN' },
      { kind: 'export/gate', stage: 'export', file: 'onnx/model.onnx', difference: 1.23456e-7 },
      { kind: 'live/ended', state: 'failed', message: 'no room' },
    ]);
    expect(state.samples).toEqual([{ text: 't', label: 'a', predicted: 'b', probability: 0.7 }]);
    expect(state.messages.map(({ text, isWarning }) => [text, isWarning])).toEqual([
      ['train/skipped: step 3, given loss NaN', true],
      ['export: export/gate: file onnx/model.onnx, difference 1.235e-7', false],
    ]);
    expect(state.ended).toEqual({ atMs: 4000, state: 'failed', message: 'no room' });
  });

  test('a long run keeps its beginning, its end and a bounded number of points', () => {
    const state = emptyState([]);
    for (let n = 1; n <= 5000; n += 1) take(state, { atMs: n, ...step(n, { steps: 5000 }) });
    const { points } = state.trainings[0]!;
    expect(points.length).toBeLessThanOrEqual(1500);
    expect([points[0]!.step, points.at(-1)!.step]).toEqual([1, 5000]);
    for (let n = 0; n < 500; n += 1) take(state, { atMs: n, kind: 'other' });
    expect(state.messages.length).toBeLessThanOrEqual(100);
  });

  test.prop([
    fc.array(
      fc.record({
        kind: fc.constantFrom(
          'train/step',
          'train/evaluated',
          'pipeline/started',
          'sample/predictions',
          'x',
        ),
        atMs: fc.nat(),
        step: fc.jsonValue(),
        metrics: fc.jsonValue(),
        rows: fc.oneof(fc.array(fc.object({ maxDepth: 1 })), fc.jsonValue()),
        why: fc.jsonValue(),
      }),
    ),
  ])('no event breaks it, whatever its fields hold', (events) => {
    const { trainings } = after(events);
    for (const { points } of trainings) {
      const { steps, columns } = dataOf(points, () => true);
      expect(steps.every(Number.isFinite)).toBe(true);
      for (const column of columns) {
        expect(column).toHaveLength(steps.length);
        expect(column.every((value) => value === null || Number.isFinite(value))).toBe(true);
      }
    }
  });
});
