import { LimbeckError } from '@limbeck/core';

const wholeNumber = /^\d+$/;

/**
 * Which class each row has: rows name it, or give its number. Where the names are numbers themselves, such as stars from 1
 * to 5, only names count: a 1 would be the second class otherwise.
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
  const numbered = labels?.some((label) => wholeNumber.test(label)) !== true;
  return Int32Array.from(values, (value, row) => {
    const named = labels?.indexOf(String(value)) ?? -1;
    if (named >= 0) return named;
    // A number, or the text that a CSV makes of it.
    const index = typeof value === 'string' && wholeNumber.test(value) ? Number(value) : value;
    const known = typeof index === 'number' && Number.isSafeInteger(index) && index >= 0;
    if (numbered && known && index < (labels?.length ?? 2 ** 31)) return index;
    throw new LimbeckError('label-out-of-range', {
      where,
      given: `${value === undefined ? 'no label' : JSON.stringify(value)} in row ${row + 1}`,
      expected:
        labels === undefined
          ? 'the number of a class, counted from 0'
          : `one of ${shortList(labels)}${numbered ? ', or its number' : ''}`,
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
