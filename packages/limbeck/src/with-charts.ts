import { isLimbeckError } from '@limbeck/core';

/**
 * Makes a page with charts, or without where vega is not installed, which is said: a page of tables is better than none.
 *
 * @param make - makes it, with charts or without
 */
export async function withCharts<T>(
  warn: (line: string) => void,
  make: (charts: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await make(true);
  } catch (error) {
    if (!isLimbeckError(error, 'missing-dependency')) throw error;
    warn(
      'The report has no charts, since vega and vega-lite are not installed. Run npm install vega vega-lite: ' +
        'limbeck report then writes it again with charts.',
    );
    return make(false);
  }
}
