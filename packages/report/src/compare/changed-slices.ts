import type { RunReport, SliceReport } from '@limbeck/evaluators';
import { studentOf } from '../pick-systems.js';
import { independentDifference } from './independent-difference.js';
import type { SliceChange } from './run-comparison.js';

/** How the students' accuracy changed on the slices that both runs have, the largest change first. */
export function changedSlices(a: RunReport, b: RunReport): SliceChange[] {
  const after = new Map(ofStudent(b).map((slice) => [key(slice), slice]));
  return ofStudent(a)
    .flatMap((before): SliceChange[] => {
      const other = after.get(key(before));
      if (other === undefined) return [];
      return [
        {
          by: before.by,
          value: before.value,
          a: before.accuracy,
          b: other.accuracy,
          n: [before.n, other.n],
          difference: independentDifference(before.accuracy, other.accuracy),
        },
      ];
    })
    .sort((x, y) => Math.abs(y.difference.value) - Math.abs(x.difference.value));
}

function ofStudent(report: RunReport): SliceReport[] {
  const student = studentOf(report)?.name;
  return report.slices.filter(({ system }) => system === student);
}

const key = ({ by, value }: SliceReport): string => JSON.stringify([by, value]);
