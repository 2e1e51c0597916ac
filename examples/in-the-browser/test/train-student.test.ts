import { nodeEngine } from '@limbeck/runtime/node';
import type { Engine } from '@limbeck/runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleRows } from '../src/sample.js';
import type { Report } from '../src/worker/messages.js';
import { trainStudent } from '../src/worker/train-student.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

/** Reports of one kind. */
const of = <Kind extends Report['kind']>(reports: readonly Report[], kind: Kind) =>
  reports.filter((each): each is Extract<Report, { kind: Kind }> => each.kind === kind);

describe('trainStudent', () => {
  test('learns the sample, says how it goes, and packs what loads', async () => {
    const reports: Report[] = [];
    const text = 'The parcel came on Monday, but the lamp in it has a crack.';
    const trained = await trainStudent(sampleRows(800), {
      engine,
      seed: 0,
      report: (report) => reports.push(report),
      watched: () => text,
    });
    const [split] = of(reports, 'split');
    expect(split!.labels).toEqual(['account', 'broken', 'delivery', 'refund']);
    expect(split!.train + split!.heldOut).toBe(800);
    expect(split!.duplicates).toBeGreaterThan(0);
    const steps = of(reports, 'step');
    expect(steps.at(-1)!.step).toBe(steps.at(-1)!.steps);
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss / 3);
    const evaluations = of(reports, 'evaluation');
    expect(evaluations.length).toBeGreaterThan(20);
    expect(evaluations.map(({ accuracy }) => accuracy)).toContain(trained!.accuracy);
    console.log(
      `Accuracy ${trained!.accuracy}, majority ${split!.majority}, ${trained!.seconds} s.`,
    );
    expect(trained!.accuracy).toBeGreaterThan(split!.majority + 0.4);
    const answers = of(reports, 'answer');
    const last = answers.at(-1)!;
    expect(answers).toHaveLength(evaluations.length);
    expect(last.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
    expect(last.labels[last.probabilities.indexOf(Math.max(...last.probabilities))]).toBe('broken');
    expect(Object.keys(trained!.files).sort()).toEqual([
      'config.json',
      'onnx/model.onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
  });

  test('stops when it is told to', async () => {
    const stopping = new AbortController();
    const trained = await trainStudent(sampleRows(100), {
      engine,
      seed: 0,
      report: ({ kind }) => {
        if (kind === 'step') stopping.abort();
      },
      abortSignal: stopping.signal,
    });
    expect(trained).toBeUndefined();
  });
});
