import {
  accuracy,
  type Comparison,
  compare,
  pickRows,
  type Predictions,
  type SetReport,
  type SliceReport,
  slices,
  type SystemReport,
  systemReport,
} from '@limbeck/evaluators';
import { type Corpus, lengths, type Snippet } from '../corpus/index.js';
import { pickAnswers } from '../sample.js';
import { names, type System } from '../systems.js';

/** What is known of a system beside its answers, by the system's name. */
export interface SystemFacts {
  readonly latencyMs?: { readonly p50: number; readonly p95: number };
  readonly sizeBytes?: number;
  readonly gzipBytes?: number;
  readonly parameters?: number;
  /** How many items it gave no answer to, where that is fewer than it named none of our languages for. */
  readonly abstained?: number;
  readonly note?: string;
}

/** A system with its answers to the paired sample, and the languages that it does not know. */
export interface SampledSystem extends Omit<System, 'answers'> {
  readonly runs: readonly Predictions[];
  /** Labels of languages that it cannot answer. */
  readonly unknown: readonly number[];
}

/** The answers of a trained system to the sample. */
export function sampled(system: System, sample: readonly number[]): SampledSystem {
  const { answers, ...about } = system;
  return { ...about, unknown: [], runs: answers('test').map((run) => pickAnswers(run, sample)) };
}

/** Every system's row on the sample; the teacher's answers are what agreement is measured against. */
export function systemRows(
  systems: readonly SampledSystem[],
  items: readonly Snippet[],
  facts: { readonly [system: string]: SystemFacts },
): SystemReport[] {
  const truth = items.map(({ label }) => label);
  const clusters = items.map(({ group }) => group);
  const teacher = systems.find(({ name }) => name === names.teacher)?.runs[0];
  return systems.map(({ name, role, runs, seeds, labels, note }) => ({
    ...systemReport(
      {
        name,
        role,
        runs,
        ...(seeds === undefined ? {} : { seeds }),
        ...(teacher === undefined ? {} : { teacher }),
      },
      truth,
      { clusters },
    ),
    ...(labels === undefined ? {} : { labels }),
    ...(note === undefined ? {} : { note }),
    ...facts[name],
  }));
}

/** Trained systems on everything that the sample leaves out: all test windows, and other ecosystems' packages. */
export function setRows(systems: readonly System[], corpus: Corpus): SetReport[] {
  const sets = [
    ['all test windows', 'test'],
    ['other ecosystems', 'second'],
  ] as const;
  return sets.flatMap(([set, part]) => {
    const truth = corpus[part].map(({ label }) => label);
    const clusters = corpus[part].map(({ group }) => group);
    return systems.map((system) => {
      const report = systemReport(
        { name: system.name, role: system.role, runs: system.answers(part) },
        truth,
        { clusters },
      );
      const { accuracy: value, macroF1, ece, n } = report;
      return {
        set,
        system: system.name,
        accuracy: value,
        n,
        ...(macroF1 === undefined ? {} : { macroF1 }),
        ...(ece === undefined ? {} : { ece }),
      };
    });
  });
}

function lengthName(lines: number): string {
  const [least, most] = lengths.find(([low, high]) => lines >= low && lines <= high)!;
  return `${least}–${most} lines`;
}

/** Accuracy by language, by family of languages that are hard to tell apart, and by length. */
export function sliceRows(
  systems: readonly SampledSystem[],
  items: readonly Snippet[],
  corpus: Corpus,
): SliceReport[] {
  const clusters = items.map(({ group }) => group);
  const familyOf = (language: string): string | undefined =>
    Object.entries(corpus.families).find(([, members]) => members.includes(language))?.[0];
  const traits = {
    language: items.map(({ language }) => language),
    family: items.map(({ language }) => familyOf(language)),
    length: items.map(({ lines }) => lengthName(lines)),
  };
  const truth = items.map(({ label }) => label);
  // Within a family, taking one member for another is forgiven.
  const relatives = items.map(({ language, label }) => {
    const members =
      Object.values(corpus.families).find((family) => family.includes(language)) ?? [];
    return new Set([label, ...members.map((member) => corpus.languages.indexOf(member))]);
  });
  return systems.flatMap(({ name, runs }) => {
    const right = runs.map((run) => accuracy().rows(run, truth));
    const kin = right.map((rows, run) => {
      const answers = topAnswers(runs[run]!);
      return { ...rows, data: rows.data.map((_, i) => (relatives[i]!.has(answers[i]!) ? 1 : 0)) };
    });
    return [
      ...slices(right, { by: 'language', values: traits.language, system: name, clusters }),
      ...slices(kin, { by: 'family as one', values: traits.family, system: name, clusters }),
      ...slices(right, { by: 'length', values: traits.length, system: name, clusters }),
    ];
  });
}

function topAnswers(run: Predictions): ArrayLike<number> {
  if ('labels' in run) return run.labels;
  const { probabilities, classes } = run;
  return Array.from({ length: probabilities.length / classes }, (_, item) => {
    const row = probabilities.subarray(item * classes, (item + 1) * classes);
    const most = Math.max(...row);
    return most === 0 ? -1 : row.indexOf(most);
  });
}

/** The pairs that the run is about, and the student against every peer on the languages that the peer knows. */
export function comparisonRows(
  systems: readonly SampledSystem[],
  items: readonly Snippet[],
): Comparison[] {
  const find = (name: string): SampledSystem => systems.find((system) => system.name === name)!;
  const pairs: readonly (readonly [string, string])[] = [
    [names.student, names.scarce],
    [names.student, names.all],
    [names.student, names.argmax],
    [names.student, names.shuffled],
    [names.teacher, names.baseline],
    [names.teacher, names.student],
    [names.student, names.baseline],
    [names.scarce, names.shuffled],
  ];
  // The int8 file was made of the first seed's student; the others would measure the seeds.
  const shipped = { ...find(names.student), runs: find(names.student).runs.slice(0, 1) };
  const peers = systems.filter(({ role }) => role === 'peer');
  return [
    ...pairs.map(([better, worse]) => pair(find(better), find(worse), items)),
    pair(shipped, find(names.int8), items),
    ...peers.map((peer) =>
      pair(find(names.student), peer, items, { languages: 'known to the peer' }),
    ),
  ];
}

function pair(
  better: SampledSystem,
  worse: SampledSystem,
  items: readonly Snippet[],
  factors?: { readonly [name: string]: string },
): Comparison {
  const kept = items.flatMap(({ label }, i) => (worse.unknown.includes(label) ? [] : [i]));
  const truth = items.map(({ label }) => label);
  const clusters = kept.map((i) => items[i]!.group);
  const rows = ({ runs }: SampledSystem) =>
    runs.map((run) => pickRows(accuracy().rows(run, truth), kept));
  const { sentence: _sentence, ...comparison } = compare(
    accuracy(),
    { name: better.name, rows: rows(better) },
    { name: worse.name, rows: rows(worse) },
    { clusters, ...(factors === undefined ? {} : { factors }) },
  );
  return comparison;
}
