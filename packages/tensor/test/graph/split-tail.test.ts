import {
  adamUpdate,
  grad,
  gradientNorm,
  input,
  movingAverage,
  scalar,
  scaled,
  sgdUpdate,
  splitTail,
  type Tail,
  type Tensor,
} from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';

const kernels = new Set(['adam', 'gradientNorm', 'movingAverage', 'scatterAddRows', 'sgd']);
const of = (name: string): Tensor => input(name, { dtype: 'float32', shape: [4] });
const [w, x, a] = [of('w'), of('x'), of('a')] as const;
const loss = w.mul(x).sum().square();
const [g] = grad(loss, [w]) as [Tensor];
const descend = (gradient: Tensor): Tensor =>
  sgdUpdate({ parameter: w, gradient, rate: scalar(0.1) }).parameter;
const names = (tail: Tail | undefined): string[] => tail?.steps.map(({ kernel }) => kernel) ?? [];

describe('splitTail', () => {
  test('takes an update out and makes its gradient an output', () => {
    const { outputs, tail } = splitTail(
      { loss, 'next/w': descend(g) },
      { kernels, state: { 'next/w': 'w' } },
    );
    expect(Object.keys(outputs)).toEqual(['loss', 'tail/0']);
    const spec = { dtype: 'float32', shape: [4] };
    expect(tail).toEqual({
      steps: [
        {
          kernel: 'sgd',
          inputs: [{ input: 'w' }, { output: 'tail/0' }, { number: Math.fround(0.1) }],
          results: [{ spec, output: 'next/w', state: 'w' }],
          attributes: { momentum: 0, nesterov: false, coupled: 0, moves: false, scales: false },
        },
      ],
      inputs: { w: spec },
      hidden: { 'tail/0': spec },
      outputs: { 'next/w': spec },
    });
    expect(JSON.parse(JSON.stringify(tail))).toEqual(tail);
  });

  test('names nothing twice: what is an output already is read there', () => {
    const { outputs, tail } = splitTail(
      { loss, slope: g, 'tail/0': g.mul(2), 'next/w': descend(g) },
      { kernels, state: { 'next/w': 'w' } },
    );
    expect(Object.keys(outputs)).toEqual(['loss', 'slope', 'tail/0']);
    expect(tail!.steps[0]!.inputs[1]).toEqual({ output: 'slope' });
  });

  test('leaves in the graph what the graph reads, and what it is made of', () => {
    const { factor } = gradientNorm([g], 1);
    const moved = descend(scaled(g, factor));
    const split = splitTail(
      { loss, 'next/w': moved, size: moved.abs().sum() },
      { kernels, state: { 'next/w': 'w' } },
    );
    expect(split.tail).toBeUndefined();
    const other = splitTail(
      { loss, 'next/w': descend(scaled(g, factor)), factor2: factor.mul(2) },
      { kernels, state: { 'next/w': 'w' } },
    );
    expect(names(other.tail)).toEqual(['sgd']);
  });

  test('takes out only what the runtime has', () => {
    const outputs = { loss, 'next/w': descend(g), 'next/a': movingAverage(a, w, scalar(0.1)) };
    const state = { 'next/w': 'w', 'next/a': 'a' };
    expect(names(splitTail(outputs, { kernels: new Set(['movingAverage']), state }).tail)).toEqual([
      'movingAverage',
    ]);
    expect(splitTail(outputs, { kernels: new Set(), state }).tail).toBeUndefined();
  });

  test('reads a state before it is overwritten, and after where that is meant', () => {
    const moved = descend(g);
    const before = movingAverage(a, w, scalar(0.1));
    const after = movingAverage(of('b'), moved, scalar(0.1));
    const { tail } = splitTail(
      { loss, 'next/w': moved, 'next/a': before, 'next/b': after },
      { kernels, state: { 'next/w': 'w', 'next/a': 'a', 'next/b': 'b' } },
    );
    const written = tail!.steps.map(({ results }) => results[0]!.output);
    expect(written).toEqual(['next/a', 'next/w', 'next/b']);
  });

  test('keeps in the graph what would have to be written before it is read', () => {
    // Each of the two averages reads what the other overwrites.
    const outputs = {
      loss,
      a1: movingAverage(a, w, scalar(0.5)),
      w1: movingAverage(w, a, scalar(0.5)),
    };
    const { outputs: rest, tail } = splitTail(outputs, { kernels, state: { a1: 'a', w1: 'w' } });
    expect(tail!.steps).toHaveLength(1);
    expect(Object.keys({ ...rest, ...tail!.outputs }).toSorted()).toEqual(['a1', 'loss', 'w1']);
  });

  test('puts what may stop a step before what writes state', () => {
    const { norm } = gradientNorm([g], 1);
    const { tail } = splitTail(
      { loss, 'next/w': descend(g), norm },
      { kernels, state: { 'next/w': 'w' } },
    );
    expect(names(tail)).toEqual(['gradientNorm', 'sgd']);
  });

  test('takes the gradient of a lookup out with the update that reads it', () => {
    const table = input('table', { dtype: 'float32', shape: [5, 2] });
    const ids = input('ids', { dtype: 'int64', shape: ['batch', 'tokens'] });
    const found = table.gather(ids).square().sum();
    const next = sgdUpdate({
      parameter: table,
      gradient: grad(found, [table])[0]!,
      rate: scalar(0.1),
    }).parameter;
    const { tail } = splitTail({ found, next }, { kernels, state: { next: 'table' } });
    expect(names(tail)).toEqual(['scatterAddRows', 'sgd']);
    // Indices are read as they are fed: a reshape in between does not matter to a loop.
    expect(tail!.steps[0]!.inputs[1]).toEqual({ input: 'ids' });
  });

  test('does not overwrite a state that the graph never reads', () => {
    const outputs = { loss, fresh: movingAverage(w, x, scalar(1)) };
    const { tail } = splitTail(outputs, { kernels, state: { fresh: 'unread' } });
    expect(tail!.steps[0]!.results[0]).not.toHaveProperty('state');
  });

  test.each([
    ['float64', input('d', { dtype: 'float64', shape: [4] })],
    ['named sizes', input('d', { dtype: 'float32', shape: ['n'] })],
  ])('leaves %s in the graph', (_what, d) => {
    const next = movingAverage(d, d.neg(), scalar(0.1));
    expect(splitTail({ loss, next }, { kernels, state: { next: 'd' } }).tail).toBeUndefined();
  });

  test('leaves everything in the graph where memory would not do, or nothing else would be left', () => {
    const outputs = { loss, 'next/w': descend(g) };
    const state = { 'next/w': 'w' };
    expect(splitTail(outputs, { kernels, state, maxBytes: 31 }).tail).toBeUndefined();
    expect(splitTail(outputs, { kernels, state, maxBytes: 32 }).tail).toBeDefined();
    const alone = { 'next/a': movingAverage(a, w, scalar(0.1)) };
    expect(splitTail(alone, { kernels, state: { 'next/a': 'a' } }).tail).toBeUndefined();
  });

  test('hands a second name of one result to the graph', () => {
    const moved = descend(g);
    const { tail } = splitTail(
      { loss, 'next/w': moved, copy: moved },
      { kernels, state: { 'next/w': 'w' } },
    );
    expect(tail).toBeUndefined();
  });

  test('takes out all of an Adam step with clipping', () => {
    const { factor } = gradientNorm([g], 1);
    const adam = adamUpdate({
      parameter: w,
      first: of('m'),
      second: of('v'),
      gradient: scaled(g, factor),
      size: scalar(0.1),
      tiny: scalar(1e-8),
      betas: [0.9, 0.999],
    });
    const outputs = { loss, w1: adam.parameter, m1: adam.first, v1: adam.second };
    const { outputs: rest, tail } = splitTail(outputs, {
      kernels,
      state: { w1: 'w', m1: 'm', v1: 'v' },
    });
    expect(Object.keys(rest)).toEqual(['loss', 'tail/0']);
    expect(names(tail)).toEqual(['gradientNorm', 'adam']);
    expect(Object.keys(tail!.inputs).toSorted()).toEqual(['m', 'v', 'w']);
  });
});
