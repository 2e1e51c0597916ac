import { Rng } from '@limbeck/core';

/** A row of the benchmark: two numbers, a class and some words, with what CSV has to quote in one of ten. */
export interface BenchRow {
  readonly id: number;
  readonly score: number;
  readonly label: string;
  readonly text: string;
}

/** So many rows, always the same. */
export function* benchRows(count: number): Generator<BenchRow> {
  const rng = Rng.from(1);
  const words = Array.from({ length: 500 }, (_, i) => `word${i}`);
  for (let id = 0; id < count; id++) {
    const chosen = Array.from({ length: 16 }, () => words[Math.floor(500 * rng.uniform())]!);
    const text = id % 10 === 0 ? `"${chosen.join(', ')}"\nüber` : chosen.join(' ');
    yield { id, score: Math.round(rng.uniform() * 1e6) / 1e6, label: `class ${id % 20}`, text };
  }
}
