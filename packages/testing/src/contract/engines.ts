import { expectClose } from './compare.js';
import { gradientPaths, type LossCase } from './loss-case.js';
import { lossValues } from './values.js';

/** The same signals give the same bits, however often the loss is made and run. */
export async function checkDeterminism({ signals, options, build }: LossCase): Promise<void> {
  const run = async (): ReturnType<typeof lossValues> => {
    const built = build(signals);
    return lossValues(built, gradientPaths(built, options), 'onnxruntime');
  };
  const first = await run();
  const second = await run();
  expectClose('The loss, run again', [second.value], [first.value], 0);
  for (const [path, values] of first.gradients) {
    expectClose(`Its gradient by ${path}, run again`, second.gradients.get(path)!, values, 0);
  }
}

/** ONNX Runtime in float32 and the interpreter in float64 agree, also where the batch has a name for a size. */
export async function checkEngines({ signals, options, build }: LossCase): Promise<void> {
  const { engineTolerance = 1e-4 } = options;
  for (const namedBatch of [false, true]) {
    const built = build(signals, { namedBatch });
    const paths = gradientPaths(built, options);
    const given = await lossValues(built, paths, 'onnxruntime');
    const expected = await lossValues(built, paths, 'interpreter');
    const where = `on ONNX Runtime${namedBatch ? ' with a named batch' : ''}`;
    expectClose(`The loss ${where}`, [given.value], [expected.value], engineTolerance);
    for (const [path, values] of expected.gradients) {
      const what = `Its gradient by ${path} ${where}`;
      expectClose(what, given.gradients.get(path)!, values, engineTolerance);
    }
  }
}
