import { canonicalJson, hostTensor, leaves, mapTree, Rng } from '@limbeck/core';
import { bench, do_not_optimize, run, summary } from 'mitata';

const rng = Rng.from(1);
summary(() => {
  bench('Rng.bits', () => do_not_optimize(rng.bits()));
  bench('Rng.uniform', () => do_not_optimize(rng.uniform()));
  bench('Rng.integer(1000)', () => do_not_optimize(rng.integer(1000)));
  bench('Rng.normal', () => do_not_optimize(rng.normal()));
  bench('Math.random', () => do_not_optimize(Math.random()));
});

for (const rows of [10_000, 1_000_000]) {
  bench(`Rng.permutation of ${rows} rows`, () => do_not_optimize(rng.permutation(rows))).gc(
    'inner',
  );
}
bench('Rng.stream of a name', () => do_not_optimize(rng.stream('encoder/3/attention')));

// An encoder of 12 layers with 16 tensors each.
const layers = Array.from({ length: 12 }, () =>
  Object.fromEntries(
    Array.from({ length: 16 }, (_, i) => [
      `part${i}`,
      hostTensor('float32', [8], new Float32Array(8)),
    ]),
  ),
);
bench('leaves of 192 tensors', () => do_not_optimize(leaves({ layers })));
bench('mapTree of 192 tensors', () => do_not_optimize(mapTree({ layers }, (leaf) => leaf.shape)));

const record = {
  text: 'function add(a, b) { return a + b; }\n'.repeat(20),
  group: 'left-pad@1.3.0',
  lines: 20,
};
bench('canonicalJson of a record of 750 characters', () => do_not_optimize(canonicalJson(record)));

await run();
