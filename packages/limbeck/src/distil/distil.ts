import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Distilled, DistilOptions, LabelOf } from './options.js';

/**
 * From records with labels to a small student that ships: reads and cleans them, splits them without leaks, trains a larger
 * teacher or asks yours, trains students of several families within a budget beside their controls, calibrates, exports
 * through the gate, and reports on texts that nothing was chosen by.
 *
 * The run is a pipeline in `<folder>/<name>-<hash>/`: killed at any moment and called again, it goes on behind the last step
 * that was finished. The same data, options and machine give the same weights, as long as the clock lets the same families
 * in.
 *
 * @throws LimbeckError `empty-data` for no records; `missing-column`; `label-out-of-range` for a label that the schema does not
 * have; `one-class`; `invalid-data` for labels of mixed types or records most of which cannot be read; `non-finite-data` for
 * NaN as a label; `split-leak` where given splits share texts; `constant-teacher`, `teacher-failed`; `invalid-option`;
 * `step-failed` with one of these as its cause once the run has begun; and as `runPipeline`
 * @example
 * ```ts no-run
 * import { distil } from 'limbeck';
 * import { z } from 'zod';
 *
 * const { student, folder } = await distil({
 *   data: 'mails.csv',
 *   text: 'body',
 *   label: 'kind',
 *   schema: z.object({ kind: z.enum(['spam', 'ham']) }),
 * });
 * const [answer] = await student.predict(['You have won a prize']);
 * console.log(answer!.kind, folder);
 * ```
 */
export async function distil<
  const Field extends string = 'label',
  Schema extends StandardSchemaV1 | undefined = undefined,
  const Label extends string = LabelOf<Schema, Field>,
>(options: DistilOptions<Field, Schema, Label>): Promise<Distilled<Field, Label>> {
  // Training pulls in the engine; a program that only imports the front door must not pay for that.
  const { runDistil } = await import('./run-distil.js');
  return (await runDistil(options)) as unknown as Distilled<Field, Label>;
}
