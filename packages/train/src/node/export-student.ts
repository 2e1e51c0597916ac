import { checkFolder, checkOptions } from '../check-arguments.js';
import { type ExportRecord, type PackOptions, packStudent } from '../export/pack-student.js';
import type { Shippable } from '../program.js';
import { writeFolder } from './write-folder.js';

/** Options of {@link exportStudent}. */
export interface ExportOptions extends PackOptions {
  /** Where the student goes, such as `student`; what the folder held before is replaced. */
  readonly folder: string;
}

/**
 * Writes a trained student's folder: `config.json`, `tokenizer.json`, `tokenizer_config.json`, `onnx/model.onnx` and,
 * with `int8` and `int4`, `onnx/model_quantized.onnx` and `onnx/model_q4.onnx`. The folder exists only if its files
 * passed their gates; a kill at any moment leaves the old folder or the new one.
 *
 * @throws LimbeckError as {@link packStudent}; `disk-full`, `io-failed`
 */
export async function exportStudent(
  student: Shippable,
  options: ExportOptions,
): Promise<ExportRecord> {
  checkOptions('exportStudent', options);
  checkFolder('exportStudent', options.folder);
  const { files, record } = await packStudent(student, options);
  await writeFolder(options.folder, files);
  return record;
}
