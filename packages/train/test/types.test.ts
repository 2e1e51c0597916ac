import { crossEntropy, softTargets } from '@limbeck/losses';
import { distillation } from '@limbeck/train';
import { expect, test } from 'vitest';
import { linearSource, linearStudent, optimizer, weightedLoss } from './support/linear.js';

const base = { student: linearStudent(), optimizer, batches: linearSource(4), steps: 1 };

test('a loss whose signals student and batch supply compiles', () => {
  expect(distillation({ ...base, loss: weightedLoss }).steps).toBe(1);
  expect(distillation({ ...base, loss: crossEntropy() }).steps).toBe(1);
});

test('a loss that needs more does not', () => {
  // @ts-expect-error: neither student nor batch supplies teacher.logits.
  void (() => distillation({ ...base, loss: softTargets() }));
});
