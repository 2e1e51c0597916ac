import { checkWhole, type Metric } from '@limbeck/core';
import { some } from './additive-metric.js';
import type { CalibrationOptions } from './calibration.js';
import { bySureness, confidenceRows } from './confidence-rows.js';
import { picked } from './pick.js';
import type { Predictions, References } from './predictions.js';

/**
 * Expected calibration error over bins that hold equally many items (the least sure ones hold one more where they do not
 * divide), in `[0, 1]`. Items of one confidence count as equally right, so that their order says nothing.
 *
 * @throws LimbeckError as {@link ece}
 * @see Nixon et al., "Measuring Calibration in Deep Learning", 2019, §3.
 */
export function equalMassEce(options: CalibrationOptions = {}): Metric<Predictions, References> {
  const { bins = 15 } = options;
  checkWhole('equalMassEce', { bins }, 1, 'Use 15, the usual number.');
  return {
    name: 'equalMassEce',
    higherIsBetter: false,
    rows: (given, references) => confidenceRows('equalMassEce', given, references),
    value(rows, pick) {
      const { confidence, correct } = bySureness(rows, picked('equalMassEce', rows, pick));
      const items = some('equalMassEce', confidence.length);
      let gaps = 0;
      for (let b = 0, end = items; b < bins; b++) {
        const start = end - Math.floor(items / bins) - (b < items % bins ? 1 : 0);
        let gap = 0;
        for (let i = start; i < end; i++) gap += confidence[i]! - correct[i]!;
        gaps += Math.abs(gap);
        end = start;
      }
      return gaps / items;
    },
  };
}
