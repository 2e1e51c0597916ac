import { type HostTensor, hostTensor, leaves, Rng } from '@limbeck/core';
import { inputsFor, interpret, specsOf, type Tensor, type TensorTree } from '@limbeck/tensor';
import type { AccumulatingPhase, Phase, Program } from '@limbeck/train';
import { clockContext, clockFeeds } from '../../src/compile.js';

type Flat = { readonly [path: string]: HostTensor };
type AnyProgram = Program<never, never>;

/** A batch's values, as a tree. */
export type HostBatch = object;

const clock = clockFeeds({ seed: 0, draw: 0, step: 0, steps: 1 });

/** The next state after one step of a plain program, in float64. */
export function stepWhole(program: AnyProgram, batch: HostBatch): Flat {
  const { state, inputs, feeds } = prepared(program);
  const phase = phaseOf(program) as Phase<never, never>;
  const next = phase(state, inputs, clockContext(true)).state;
  return interpret(named(next), { ...feeds, ...prefixed('input', batch) });
}

/** The next state after one step over micro-batches, in float64, sums included. */
export function stepInParts(program: AnyProgram, batches: readonly HostBatch[]): Flat {
  const { state, inputs, feeds } = prepared(program);
  const phase = phaseOf(program) as AccumulatingPhase<never, never>;
  const each = (outputs: { readonly [name: string]: Tensor }, more: Flat = {}) =>
    added(
      batches.map((batch) =>
        interpret(outputs, { ...feeds, ...prefixed('input', batch), ...more }),
      ),
    );
  const weights = each(phase.weigh(state, inputs, clockContext(true)));
  const totals = inputsFor<{ [name: string]: Tensor }>(specs(weights) as never, 'total');
  const gathered = phase.gather(state, inputs, totals, clockContext(true));
  const sums = each({ ...gathered.sums }, prefixed('total', weights));
  const sumInputs = inputsFor<{ [name: string]: Tensor }>(specs(sums) as never, 'sum');
  const finished = phase.finish(state, sumInputs, clockContext(true));
  return interpret(named(finished.state), { ...feeds, ...prefixed('sum', sums) });
}

function phaseOf(program: AnyProgram): unknown {
  return Object.values(program.phases)[0];
}

function prepared(program: AnyProgram) {
  const fresh = program.init(Rng.from(1));
  const source = Object.values(program.batches)[0] as { readonly specs: never };
  return {
    state: inputsFor<never>(specsOf(fresh) as never, 'state'),
    inputs: inputsFor<never>(source.specs, 'input'),
    feeds: { ...clock, ...prefixed('state', fresh) },
  };
}

function prefixed(prefix: string, tree: object): Flat {
  return Object.fromEntries(
    leaves<HostTensor>(tree).map(([path, value]) => [`${prefix}/${path}`, value]),
  );
}

function named(tree: TensorTree | object): { [path: string]: Tensor } {
  return Object.fromEntries(leaves<Tensor>(tree));
}

function added(runs: readonly Flat[]): Flat {
  return Object.fromEntries(
    Object.entries(runs[0]!).map(([name, { shape, data }]) => {
      const sum = Float64Array.from({ length: data.length }, (_, i) =>
        runs.reduce((total, run) => total + Number(run[name]!.data[i]), 0),
      );
      return [name, hostTensor('float64', shape, sum)];
    }),
  );
}

function specs(values: Flat): object {
  return Object.fromEntries(
    Object.entries(values).map(([name, { shape }]) => [name, { dtype: 'float32', shape }]),
  );
}
