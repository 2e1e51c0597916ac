import { ContractError } from '../contract-error.js';
import { checkGradient } from '../expect-gradient.js';
import { constantPaths, gradientPaths, type LossCase } from './loss-case.js';
import { lossValues } from './values.js';

/** The gradient by every signal of the student and every parameter is that of central differences. */
export async function checkGradients({ signals, options, build }: LossCase): Promise<void> {
  const built = build(signals);
  const paths = gradientPaths(built, options);
  if (paths.length === 0) {
    throw new ContractError(
      `${built.name} has no signal under student and no parameters: name what it trains with gradients: […].`,
    );
  }
  const { gradientTolerance: tolerance = 1e-6, seed = 0 } = options;
  for (const path of paths) checkGradient(built, path, { tolerance, seed });
}

/** No gradient flows into the teacher. */
export async function checkTeacher({ signals, options, build }: LossCase): Promise<void> {
  const built = build(signals);
  const { gradients } = await lossValues(built, constantPaths(built, options), 'interpreter');
  for (const [path, values] of gradients) {
    const at = values.findIndex((each) => each !== 0);
    if (at < 0) continue;
    throw new ContractError(
      `${built.name} lets a gradient flow into ${path}: ${values[at]} at index ${at}, expected 0. ` +
        'Put stopGradient() around it.',
    );
  }
}
