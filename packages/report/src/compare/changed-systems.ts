import { accuracy, type Interval, type RunReport, type SystemReport } from '@limbeck/evaluators';
import { independentDifference } from './independent-difference.js';
import { matchSystems } from './match-systems.js';
import { commonMeasures, type Measure } from './measures.js';
import type { Pairing } from './pair-items.js';
import { pairedDifference } from './paired-difference.js';
import type { CompareRunsOptions, MeasureChange, SystemChange } from './run-comparison.js';

/** How each system changed: those that both runs have first. */
export function changedSystems(
  a: RunReport,
  b: RunReport,
  pairing: Pairing,
  options: CompareRunsOptions,
): SystemChange[] {
  return matchSystems(a, b)
    .map((pair): SystemChange => {
      const { role } = (pair.a ?? pair.b)!;
      const both = pair.a !== undefined && pair.b !== undefined;
      return {
        ...(pair.a === undefined ? {} : { a: pair.a.name }),
        ...(pair.b === undefined ? {} : { b: pair.b.name }),
        role,
        accuracy: {
          ...(pair.a === undefined ? {} : { a: pair.a.accuracy }),
          ...(pair.b === undefined ? {} : { b: pair.b.accuracy }),
        },
        measures: both
          ? commonMeasures(pair.a, pair.b).map((measure) =>
              change(measure, [a, pair.a!], [b, pair.b!], pairing, options),
            )
          : [],
      };
    })
    .toSorted((x, y) => Number(y.measures.length > 0) - Number(x.measures.length > 0));
}

type Side = readonly [report: RunReport, system: SystemReport];

function change(
  measure: Measure,
  a: Side,
  b: Side,
  pairing: Pairing,
  options: CompareRunsOptions,
): MeasureChange {
  const { name, higherIsBetter } = measure;
  const [before, after] = [measure.of(a[1])!, measure.of(b[1])!];
  const base = { measure: name, a: before, b: after };
  if (name === 'accuracy' || name === 'macroF1') {
    const paired = pairedDifference(name, a, b, pairing, options);
    if (paired !== undefined) {
      const { p, ...difference } = paired;
      return { ...base, difference, basis: 'paired', p, verdict: verdict(difference) };
    }
  }
  if (name === accuracy().name) {
    const difference = independentDifference(a[1].accuracy, b[1].accuracy);
    return { ...base, difference, basis: 'independent', verdict: verdict(difference) };
  }
  const difference = after - before;
  // A file is as large as it is; what was measured on a sample needs an interval to be called better.
  const exact = name === 'sizeBytes' || name === 'parameters';
  if (!exact || higherIsBetter === undefined) return { ...base, difference };
  const good = higherIsBetter ? difference > 0 : difference < 0;
  return { ...base, difference, verdict: difference === 0 ? 'level' : good ? 'better' : 'worse' };
}

function verdict({ low, high }: Interval): 'better' | 'worse' | 'level' {
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'level';
}
