import { LimbeckError } from '@limbeck/core';
import { squeeze } from '@limbeck/data';
import type { PipelineStepContext } from '@limbeck/pipeline';
import type { Example, PartName } from '../example.js';
import type { Lab } from '../lab.js';
import type { Settled } from '../settle.js';
import { clusterOf, type Fractions, fractionsFor, splitClusters } from '../split.js';

/** What the split came to. */
export interface SplitOutput {
  readonly rows: { readonly [Part in PartName]: number };
  /** Clusters of each part. */
  readonly groups: { readonly [Part in PartName]: number };
  /** Pairs of near texts among the records, kept on one side. */
  readonly near: number;
  /** Training texts that a given held-out set holds too, and that were left out. */
  readonly dropped: { readonly exact: number; readonly near: number };
  /** Texts without labels that stood in a cluster with held-out ones. */
  readonly droppedUnlabelled: number;
}

/**
 * Puts examples into parts: near texts and groups on one side, every part with its share of every label. Given held-out sets
 * stay whole, and training loses what they hold.
 *
 * @throws LimbeckError `split-leak`, unless leaks are to be dropped
 */
export async function splitStep(
  lab: Lab,
  settled: Settled,
  readFolder: string,
  { folder }: PipelineStepContext,
): Promise<SplitOutput> {
  const examples = await lab.examples(readFolder);
  const { cluster, near } = clusterOf(examples);
  const side = sidesOf(settled, examples, cluster);
  const dropped = dropLeaks(settled, examples, side, cluster);
  const droppedUnlabelled = dropUnlabelled(side, cluster);
  const places = (part: PartName): number[] =>
    examples.flatMap(({ at }) => (side[at] === part ? [at] : []));
  const parts = {
    train: places('train'),
    validation: places('validation'),
    test: places('test'),
    unlabelled: places('unlabelled'),
  };
  checkParts(examples, parts);
  await lab.keepParts(folder, { parts, clusters: [...cluster] });
  const counted = <T>(of: (its: readonly number[]) => T): { [Part in PartName]: T } => ({
    train: of(parts.train),
    validation: of(parts.validation),
    test: of(parts.test),
    unlabelled: of(parts.unlabelled),
  });
  return {
    rows: counted((its) => its.length),
    groups: counted((its) => new Set(its.map((at) => cluster[at])).size),
    near,
    dropped,
    droppedUnlabelled,
  };
}

type Sides = (PartName | undefined)[];

/** The part of each example, before leaks are looked for. */
function sidesOf({ splitSeed }: Settled, examples: readonly Example[], cluster: Int32Array): Sides {
  const given = new Set(examples.map(({ origin }) => origin));
  const own = examples.filter(({ origin }) => origin === 'data');
  const all = fractionsFor(own.length);
  const kept = Object.entries(all).filter(
    ([part]) => part === 'train' || !given.has(part as never),
  );
  const sum = kept.reduce((total, [, share]) => total + share, 0);
  const fractions: Fractions = Object.fromEntries(kept.map(([part, share]) => [part, share / sum]));
  const names = Object.keys(fractions) as PartName[];
  const drawn = splitClusters(
    own.map(({ label }) => label!),
    own.map(({ at }) => cluster[at]!),
    Object.values(fractions),
    splitSeed,
  );
  const sides: Sides = examples.map(({ origin, label }) =>
    origin === 'data'
      ? undefined
      : origin === 'unlabelled' || label === undefined
        ? 'unlabelled'
        : origin,
  );
  own.forEach(({ at }, i) => (sides[at] = names[drawn[i]!]!));
  return sides;
}

/** Takes training texts away that are of a given held-out set's clusters. @throws LimbeckError `split-leak` */
function dropLeaks(
  { leaks, sources }: Settled,
  examples: readonly Example[],
  side: Sides,
  cluster: Int32Array,
): SplitOutput['dropped'] {
  let [exact, near] = [0, 0];
  // Test first: what it shares with validation, validation loses.
  for (const part of ['test', 'validation'] as const) {
    if (sources[part] === undefined) continue;
    const held = examples.filter(({ at }) => side[at] === part);
    const clusters = new Set(held.map(({ at }) => cluster[at]!));
    const texts = new Set(held.map(({ text }) => squeeze(text)));
    const found = examples.filter(
      ({ at }) =>
        clusters.has(cluster[at]!) &&
        (side[at] === 'train' || (part === 'test' && side[at] === 'validation')),
    );
    const [first] = found;
    if (first !== undefined && leaks === 'refuse') throw leak(part, found.length, first);
    for (const { at, text } of found) {
      side[at] = undefined;
      if (texts.has(squeeze(text))) exact++;
      else near++;
    }
  }
  return { exact, near };
}

function leak(part: PartName, count: number, { text }: Example): LimbeckError {
  return new LimbeckError('split-leak', {
    where: 'distil',
    given: `${count} training texts that the given ${part} set holds too, nearly, or by their group, such as ${JSON.stringify(text.slice(0, 80))}`,
    expected: 'sets that share no text and no group',
    next: "Take them out of one of the sets, or pass leaks: 'drop' to leave them out of training.",
  });
}

/** Takes texts without labels away that belong to a cluster with held-out ones. */
function dropUnlabelled(side: Sides, cluster: Int32Array): number {
  const held = new Set<number>();
  side.forEach((part, at) => {
    if (part === 'validation' || part === 'test') held.add(cluster[at]!);
  });
  let dropped = 0;
  side.forEach((part, at) => {
    if (part !== 'unlabelled' || !held.has(cluster[at]!)) return;
    side[at] = undefined;
    dropped++;
  });
  return dropped;
}

function checkParts(
  examples: readonly Example[],
  parts: { readonly [Part in PartName]: readonly number[] },
): void {
  for (const part of ['train', 'validation', 'test'] as const) {
    const labels = new Set(parts[part].map((at) => examples[at]!.label));
    if (labels.size > 1) continue;
    throw new LimbeckError(parts[part].length === 0 ? 'empty-data' : 'one-class', {
      where: `distil, ${part} part`,
      given: `${parts[part].length} texts of ${labels.size} labels`,
      expected: 'texts of at least two labels',
      next: 'Add data, or make groups smaller: whole groups and near duplicates stay on one side.',
    });
  }
}
