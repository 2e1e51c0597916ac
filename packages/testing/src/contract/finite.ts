import type { HostTensor } from '@limbeck/core';
import type { HostSignals } from '../host-signals.js';
import { expectFinite } from './compare.js';
import { gradientPaths, type LossCase, numbers } from './loss-case.js';
import { changeLeaves, rowCount, takeSignalRows } from './rows.js';
import { lossValues } from './values.js';

/** What a mask writes over logits: far below all others, yet finite. */
const masked = -1e9;

const isLogits = (path: string): boolean => /(^|\/)logits$/i.test(path);
const isFromModel = (path: string): boolean =>
  /^(student|teacher)\//.test(path) && !/probabilit|weight|mask/i.test(path);
const isFloat = ({ dtype }: HostTensor): boolean => dtype === 'float32';

function floats(shape: readonly number[], values: readonly number[]): HostTensor {
  return { dtype: 'float32', shape, data: Float32Array.from(values) };
}

/** Every output of a model at ±10,000. */
function large(signals: HostSignals): HostSignals {
  return changeLeaves(signals, (value, path) =>
    isFloat(value) && isFromModel(path)
      ? floats(
          value.shape,
          numbers(value).map((each) => 1e4 * Math.sign(each)),
        )
      : value,
  );
}

/** One class of each row at `low` in the logits that are picked. */
function withoutClass(
  signals: HostSignals,
  low: number,
  picked: (path: string) => boolean,
): HostSignals {
  return changeLeaves(signals, (value, path) => {
    const classes = value.shape.at(-1) ?? 1;
    if (!isFloat(value) || !isLogits(path) || !picked(path) || classes < 2) return value;
    return floats(
      value.shape,
      numbers(value).map((each, i) => (i % classes === classes - 1 ? low : each)),
    );
  });
}

/** One class alone, and every label that class. */
function oneClass(signals: HostSignals): HostSignals {
  return changeLeaves(signals, (value, path) => {
    if (isLogits(path) && value.shape.length > 0) {
      const classes = value.shape.at(-1)!;
      const first = numbers(value).filter((_, i) => i % classes === 0);
      return floats([...value.shape.slice(0, -1), 1], first);
    }
    return value.dtype === 'int64'
      ? { ...value, data: (value.data as BigInt64Array).map(() => 0n) }
      : value;
  });
}

/** Signals at the edge of what a model may say, by what they are. */
function extremes(signals: HostSignals): { readonly [name: string]: HostSignals } {
  const teacher = (path: string): boolean => path.startsWith('teacher/');
  return {
    'outputs of ±10,000': large(signals),
    'one class masked by −1e9 in all logits': withoutClass(signals, masked, () => true),
    'a class to which the teacher gives probability 0': withoutClass(signals, -1e4, teacher),
    'one example': takeSignalRows(signals, [0]),
    'one class': oneClass(signals),
  };
}

/** The loss and its gradients are finite in float32 for signals at the edge. */
export async function checkFinite({ signals, options, build }: LossCase): Promise<void> {
  rowCount(signals);
  for (const [name, edge] of Object.entries(extremes(signals))) {
    const built = build(edge);
    const { value, gradients } = await lossValues(
      built,
      gradientPaths(built, options),
      'onnxruntime',
    );
    expectFinite(`The loss for ${name}`, [value]);
    for (const [path, values] of gradients) {
      expectFinite(`Its gradient by ${path} for ${name}`, values);
    }
  }
}
