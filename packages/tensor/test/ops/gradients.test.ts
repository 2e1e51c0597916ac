import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { grad } from '../../src/graph/grad.js';
import { topologicalOrder } from '../../src/graph/order.js';
import { allOperators } from '../support/all-operators.js';
import { expectGradients, probe } from '../support/gradient-check.js';
import { allCases, operatorCases } from '../support/operator-cases.js';
import { inputsOf, type Trial } from '../support/trial.js';

const cases = Object.entries(allCases);
const options = { numRuns: 60, seed: 20251125 };

describe('the gradient of every operator', () => {
  test('has an entry in the table of cases', () => {
    const names = allOperators.map(({ name }) => name).sort();
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(operatorCases).sort()).toEqual(names);
  });

  test.each(Object.entries(operatorCases))('%s: the cases use the operator', (name, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (trial) => {
        const order = topologicalOrder(trial.build(inputsOf(trial)));
        fc.pre(order.some((node) => node.operator.name === name));
      }),
      { ...options, numRuns: 5 },
    );
  });

  test.each(cases)('%s: central differences agree', (_name, arbitrary) => {
    fc.assert(fc.property(arbitrary, expectGradients), options);
  });

  test.each(cases)('%s: central differences of the gradient agree', (_name, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (trial) => expectGradients(differentiated(trial))),
      { ...options, numRuns: 15 },
    );
  });
});

/** The gradients of a trial's probe as a trial, so that checking its gradient checks the second derivative. */
function differentiated(trial: Trial): Trial {
  return {
    ...trial,
    build: (inputs) => {
      const loss = probe(
        trial.build(inputs).map((tensor) => (isWhole(tensor.dtype) ? tensor : tensor.square())),
      );
      const floats = Object.values(inputs).filter(({ dtype }) => !isWhole(dtype));
      return floats.length === 0 ? [loss] : grad(loss, floats);
    },
  };
}

function isWhole(dtype: string): boolean {
  return !dtype.startsWith('float');
}
