import { type HostTensor, leaves, LimbeckError, type Specs } from '@limbeck/core';
import { compileAccumulating } from './accumulating-phase.js';
import { checkPhaseResult } from './check-arguments.js';
import { type GraphSource, loadGraph } from './compile.js';
import { findNonFinite } from './find-non-finite.js';
import { metricsOf, phaseOutputs, type PhaseRunner, type PhaseSource } from './phase-parts.js';
import type { Phase, StateTree } from './program.js';
import type { FlatState } from './state-tree.js';
import { SteppedGraph } from './stepped-graph.js';

/** Compiles a phase. */
export async function compilePhase<S extends StateTree>(
  source: PhaseSource<S>,
): Promise<PhaseRunner> {
  const { phase } = source;
  return typeof phase === 'function'
    ? compilePlain(source, phase)
    : compileAccumulating(source, {
        microBatches: phase.microBatches,
        weigh: (...given) => phase.weigh(...given),
        gather: (...given) => phase.gather(...given),
        finish: (...given) => {
          const result = phase.finish(...given);
          checkPhaseResult(source.name, result);
          return result;
        },
      });
}

async function compilePlain<S extends StateTree>(
  source: PhaseSource<S>,
  phase: Phase<S, never>,
): Promise<PhaseRunner> {
  const { engine, tree, keeper, frozen } = source;
  const origin: GraphSource<S, never> = {
    engine,
    tree,
    training: true,
    inputs: source.specs as Specs<never>,
    build: (state, batch, context) => {
      const result = phase(state, batch, context);
      checkPhaseResult(source.name, result);
      return phaseOutputs(source, result);
    },
  };
  const loaded = await loadGraph(origin);
  const graph = new SteppedGraph(loaded, keeper, frozen);
  return {
    microBatches: 1,
    run: async (clock, [batch]) => ({
      metrics: metricsOf(await graph.run(clock, batch!)),
      draws: 1,
    }),
    diagnose: async (clock, [batch]) =>
      findNonFinite(origin, { state: await keeper.read(), clock, inputs: batch! }),
    dispose: () => graph.dispose(),
  };
}

/** The batch's leaves by path, checked against the source's specs. */
export function flatBatch(phase: string, batch: unknown, specs: unknown): FlatState {
  const given = Object.fromEntries(leaves<HostTensor>(batch));
  for (const [path] of leaves(specs)) {
    if (given[path] !== undefined) continue;
    throw new LimbeckError('missing-signal', {
      where: `batch of phase "${phase}"`,
      given: `values for ${Object.keys(given).join(', ')}`,
      expected: `"${path}", as the source's specs say`,
      next: 'Let the collator put it into every batch.',
    });
  }
  return given;
}
