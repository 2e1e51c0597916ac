import { isLimbeckError, LimbeckError } from '@limbeck/core';
import type { SessionFactory } from './session.js';

/**
 * What runs a student. `auto`: ONNX Runtime where it is installed, else the plain executor of `@limbeck/tensor`.
 */
export type EngineChoice = 'auto' | 'onnxruntime' | 'plain';

/**
 * The session factory that was asked for.
 *
 * @param runtime - Loads ONNX Runtime; rejects with `engine-missing` where it is not there.
 * @param plain - Loads the plain executor; rejects where `@limbeck/tensor` is not there.
 * @throws LimbeckError `engine-missing`, `missing-dependency`, `invalid-option`
 */
export async function chooseEngine(
  engine: EngineChoice,
  runtime: () => Promise<SessionFactory>,
  plain: () => Promise<SessionFactory>,
): Promise<SessionFactory> {
  switch (engine) {
    case 'onnxruntime':
      return runtime();
    case 'plain':
      return plain();
    case 'auto':
      break;
    default:
      throw new LimbeckError('invalid-option', {
        where: 'loadStudent',
        given: `engine ${JSON.stringify(engine)}`,
        expected: "'auto', 'onnxruntime' or 'plain'",
        next: "Use 'auto', or leave it out.",
      });
  }
  try {
    return await runtime();
  } catch (error) {
    if (!isLimbeckError(error, 'engine-missing')) throw error;
    try {
      return await plain();
    } catch {
      // What is missing first is what to say: the plain executor is the second choice.
      throw error;
    }
  }
}
