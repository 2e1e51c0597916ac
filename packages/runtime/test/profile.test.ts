import { profileTable, readProfile } from '@limbeck/runtime';
import { describe, expect, test } from 'vitest';

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: object;
}

const run = (ts: number, dur: number): Event => ({ cat: 'Session', name: 'model_run', ts, dur });
const node = (name: string, operator: string, ts: number, dur: number): Event => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  ts,
  dur,
  args: { op_name: operator },
});

/** Three runs, of which the first is slow: microseconds. */
const events: readonly Event[] = [
  { cat: 'Session', name: 'session_initialization', ts: 0, dur: 5000 },
  node('encoder/0/attention/Gemm', 'Gemm', 6000, 40_000),
  run(6000, 50_000),
  ...[100_000, 200_000].flatMap((at, i) => [
    node('encoder/0/attention/Gemm', 'Gemm', at + 10, 3000),
    node('encoder/0/attention/MatMul/MatMulScaleFusion/', 'FusedMatMul', at + 4000, 1000),
    node('encoder/0/feed-forward/Gemm_1', 'Gemm', at + 5000, 2000 + 1000 * i),
    node('fused grad/Mul', 'Mul', at + 8000, 500),
    node('Cast', 'Cast', at + 9000, 250),
    run(at, 10_000 + 2000 * i),
  ]),
];
const found = readProfile(JSON.stringify(events));

describe('readProfile', () => {
  test('gives means over the runs but the first', () => {
    expect(found).toMatchObject({ runs: 2, runMs: 11, kernelMs: 7.25 });
    expect(readProfile(JSON.stringify(events), 0).runMs).toBeCloseTo((50 + 10 + 12) / 3);
    expect(readProfile(JSON.stringify(events.slice(0, 3)))).toMatchObject({ runs: 1, runMs: 50 });
  });

  test('names nodes as the graph does, the one that takes most first', () => {
    expect(found.nodes.map(({ name, operator, ms }) => [name, operator, ms])).toEqual([
      ['encoder/0/attention/Gemm', 'Gemm', 3],
      ['encoder/0/feed-forward/Gemm_1', 'Gemm', 2.5],
      ['encoder/0/attention/MatMul', 'FusedMatMul', 1],
      ['grad/Mul', 'Mul', 0.5],
      ['Cast', 'Cast', 0.25],
    ]);
  });

  test('a scope holds what lies in it, and the graph holds all', () => {
    expect(found.scopes).toEqual([
      { name: '', ms: 7.25, nodes: 5 },
      { name: 'encoder', ms: 6.5, nodes: 3 },
      { name: 'encoder/0', ms: 6.5, nodes: 3 },
      { name: 'encoder/0/attention', ms: 4, nodes: 2 },
      { name: 'encoder/0/feed-forward', ms: 2.5, nodes: 1 },
      { name: 'grad', ms: 0.5, nodes: 1 },
    ]);
  });

  test('operators sum up to the time in kernels', () => {
    expect(found.operators).toEqual([
      { name: 'Gemm', ms: 5.5, nodes: 2 },
      { name: 'FusedMatMul', ms: 1, nodes: 1 },
      { name: 'Mul', ms: 0.5, nodes: 1 },
      { name: 'Cast', ms: 0.25, nodes: 1 },
    ]);
  });

  test.each([
    ['no JSON', '[{"cat":'],
    ['another JSON', '{}'],
    ['no run', JSON.stringify(events.slice(0, 2))],
    ['nothing that is an event', '[null, 1, {"name": 3}]'],
  ])('%s: corrupt-file', (_what, text) => {
    expect(() => readProfile(text)).toThrow(expect.objectContaining({ code: 'corrupt-file' }));
  });
});

test('profileTable shows the largest of each kind, with shares', () => {
  expect(profileTable(found, { top: 2 }))
    .toBe(`11.000 ms a run, 7.250 of them in 5 kernels; mean of 2 runs
Operators
     5.500 ms  75.9 %  Gemm (2 nodes)
     1.000 ms  13.8 %  FusedMatMul (1 node)
                      and 2 more
Scopes, each with what lies in it
     6.500 ms  89.7 %  encoder (3 nodes)
     6.500 ms  89.7 %  encoder/0 (3 nodes)
                      and 3 more
Nodes
     3.000 ms  41.4 %  encoder/0/attention/Gemm
     2.500 ms  34.5 %  encoder/0/feed-forward/Gemm_1
                      and 3 more`);
});
