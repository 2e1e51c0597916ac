import { LimbeckError } from '@limbeck/core';

/**
 * Which class each row has: rows name it, or give its number.
 *
 * @param values - What stands in the rows, in their order.
 * @param labels - The classes by name, in the order of the logits; undefined where only numbers are known.
 * @throws LimbeckError `label-out-of-range` for a value that is no class, with its row
 */
export function classesOf(
  where: string,
  values: readonly unknown[],
  labels: readonly string[] | undefined,
): Int32Array {
  return Int32Array.from(values, (value, row) => {
    const named = labels?.indexOf(String(value)) ?? -1;
    if (named >= 0) return named;
    // A number, or the text that a CSV makes of it.
    const index = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    const known = typeof index === 'number' && Number.isSafeInteger(index) && index >= 0;
    if (known && index < (labels?.length ?? Infinity)) return index;
    throw new LimbeckError('label-out-of-range', {
      where,
      given: `${value === undefined ? 'no label' : JSON.stringify(value)} in row ${row + 1}`,
      expected:
        labels === undefined
          ? 'the number of a class, counted from 0'
          : `one of ${shortList(labels)}, or its number`,
      next:
        labels === undefined
          ? 'Put a config.json with id2label beside the model, or number the classes.'
          : 'Check --label, or correct the row.',
    });
  });
}

function shortList(labels: readonly string[]): string {
  const shown = labels.slice(0, 8).join(', ');
  return labels.length > 8 ? `${shown} and ${labels.length - 8} more` : shown;
}
