import {
  crossEntropy,
  forwardKl,
  hiddenMse,
  jensenShannon,
  logitMse,
  onHead,
  reverseKl,
  softTargets,
  weighted,
  weightedBy,
} from '@limbeck/losses';
import type { Logits } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';

describe('what a loss is set to', () => {
  test.each([
    [
      crossEntropy({ labelSmoothing: 0.1, classWeights: [1, 2] }),
      { labelSmoothing: 0.1, classWeights: [1, 2], ignore: -100 },
    ],
    [softTargets({ temperature: 4 }), { temperature: 4 }],
    [forwardKl({ temperature: 2 }), { temperature: 2 }],
    [reverseKl(), { temperature: 1 }],
    [jensenShannon({ beta: 0.3 }), { beta: 0.3, temperature: 1 }],
    [logitMse({ centred: true }), { centred: true }],
    [hiddenMse({ projector: false }), { projector: false, normalise: false }],
    [onHead('topic', softTargets({ temperature: 3 })), { temperature: 3 }],
    [
      weightedBy(softTargets({ temperature: 3 }), ({ student }: { student: Logits }) =>
        student.logits.sum(-1),
      ),
      { temperature: 3 },
    ],
  ])('is in its config: %o', (loss, config) => {
    expect(loss.config).toEqual(config);
  });

  test('is in a sum with its weights; a schedule says nothing of itself', () => {
    const loss = weighted([
      [0.9, softTargets({ temperature: 4 })],
      [(step) => step.cast('float32'), logitMse()],
    ]);
    expect(loss.config).toEqual({
      weights: [0.9, null],
      losses: [{ temperature: 4 }, { centred: false }],
    });
  });
});
