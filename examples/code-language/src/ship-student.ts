import { type HostTensor, type HostTree, LimbeckError, mapTree, Rng } from '@limbeck/core';
import type { MlpParameters, NgramClassifier } from '@limbeck/nn';
import { ship, type Shippable } from '@limbeck/train';
import type { Matrices } from './matrix-files.js';

/** The whole student, hashing included, with the weights that its head was trained to. */
export function wholeStudent(model: NgramClassifier, values: Matrices): Shippable {
  const fresh = model.init(Rng.from(0)).parameters;
  const parameters = mapTree<HostTensor>(fresh, (_leaf, path) => {
    const value = values[`parameters/${path}`];
    if (value !== undefined) return value;
    throw new LimbeckError('missing-signal', {
      where: 'wholeStudent',
      given: `weights for ${Object.keys(values).join(', ')}`,
      expected: `parameters/${path}`,
      next: 'Delete the run folder and run again.',
    });
  });
  return ship(model, parameters as unknown as HostTree<MlpParameters>, {});
}
