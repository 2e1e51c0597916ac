import type { SystemReport } from '@limbeck/evaluators';
import { bytes, count, milliseconds, percent, short, signed, signedPoints } from '../format.js';

/** A measure of a system that two runs may both have. */
export interface Measure {
  /** Its name in a comparison. */
  readonly name: string;
  /** What people read. */
  readonly title: string;
  /** Whether more of it is better; absent where that depends. */
  readonly higherIsBetter?: boolean;
  /** Its value in a report. */
  readonly of: (system: SystemReport) => number | undefined;
  /** The value for people. */
  readonly show: (value: number) => string;
  /** A difference for people, with its sign. */
  readonly showChange: (value: number) => string;
}

const shares = { show: (value: number) => percent(value), showChange: signedPoints };
const plain = { show: short, showChange: (value: number) => signed(value, short) };

/** What is compared of each system, in this order. */
export const measures: readonly Measure[] = [
  {
    name: 'accuracy',
    title: 'Accuracy',
    higherIsBetter: true,
    of: (s) => s.accuracy.value,
    ...shares,
  },
  { name: 'macroF1', title: 'Macro-F1', higherIsBetter: true, of: (s) => s.macroF1, ...shares },
  {
    name: 'agreement',
    title: 'Agreement with the teacher',
    higherIsBetter: true,
    of: (s) => s.agreement,
    ...shares,
  },
  { name: 'ece', title: 'Calibration error', higherIsBetter: false, of: (s) => s.ece, ...shares },
  {
    name: 'nll',
    title: 'Negative log-likelihood',
    higherIsBetter: false,
    of: (s) => s.nll,
    ...plain,
  },
  { name: 'brier', title: 'Brier score', higherIsBetter: false, of: (s) => s.brier, ...plain },
  {
    name: 'latencyMs.p50',
    title: 'Median time of a call',
    higherIsBetter: false,
    of: (s) => s.latencyMs?.p50,
    show: milliseconds,
    showChange: (value) => signed(value, milliseconds),
  },
  {
    name: 'sizeBytes',
    title: 'Size',
    higherIsBetter: false,
    of: (s) => s.sizeBytes,
    show: bytes,
    showChange: (value) => signed(value, bytes),
  },
  {
    name: 'parameters',
    title: 'Weights',
    higherIsBetter: false,
    of: (s) => s.parameters,
    show: count,
    showChange: (value) => signed(value, count),
  },
];

/** The measures that two systems both have, those of their own `metrics` last. */
export function commonMeasures(a: SystemReport, b: SystemReport): Measure[] {
  const own = Object.keys(a.metrics ?? {}).filter((name) => b.metrics?.[name] !== undefined);
  return [
    ...measures.filter((one) => one.of(a) !== undefined && one.of(b) !== undefined),
    ...own.map((name): Measure => ({ name, title: name, of: (s) => s.metrics?.[name], ...plain })),
  ];
}

/** The measure of a name, as people read it. */
export function measureNamed(name: string): Measure {
  return (
    measures.find((one) => one.name === name) ?? {
      name,
      title: name,
      of: (s) => s.metrics?.[name],
      ...plain,
    }
  );
}
