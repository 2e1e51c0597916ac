import type { StoredPredictions } from '@limbeck/evaluators';

/** A run's stored answers, with the classes that they point to. */
export interface Answered {
  /** The class names. */
  readonly classes: readonly string[];
  /** What was stored; absent where the run kept none. */
  readonly predictions?: StoredPredictions | undefined;
}

/** Which items two runs answered both, or why none can be compared. */
export interface Pairing {
  /** Positions of the common items in the first run's lists; empty where the runs cannot be paired. */
  readonly a: readonly number[];
  /** Positions of the same items in the second run's lists. */
  readonly b: readonly number[];
  /** What was paired, or why nothing was, as one sentence. */
  readonly sentence: string;
}

/** Finds the items that both runs answered, and sees to it that they ask the same. */
export function pairItems(a: Answered, b: Answered): Pairing {
  const [first, second] = [a.predictions, b.predictions];
  if (first === undefined || second === undefined) {
    const which =
      first === second ? 'Neither run' : `The ${first === undefined ? 'first' : 'second'} run`;
    const verb = first === second ? 'stored' : 'did not store';
    return unpaired(`${which} ${verb} its answers item by item`);
  }
  const places = new Map(second.items.map((item, i) => [item, i]));
  const common = first.items.flatMap((item, i) => {
    const j = places.get(item);
    return j === undefined ? [] : [[i, j] as const];
  });
  if (common.length === 0) return unpaired('The runs were tested on different items');
  if (common.length === 1) return unpaired('The runs have a single item in common');
  const same = common.filter(
    ([i, j]) => a.classes[first.labels[i]!] === b.classes[second.labels[j]!],
  );
  if (same.length < 2) return unpaired('The items of both runs carry other labels in each');
  const whole = same.length === first.items.length && same.length === second.items.length;
  const relabelled = common.length - same.length;
  return {
    a: same.map(([i]) => i),
    b: same.map(([, j]) => j),
    sentence: [
      whole
        ? `Both runs answered the same ${number(same.length)} items, so their differences are paired.`
        : `Differences are paired on the ${number(same.length)} items that both runs answered; the first has ${number(first.items.length)}, the second ${number(second.items.length)}.`,
      ...(relabelled === 0
        ? []
        : [`${number(relabelled)} more have another label in each, and are left out.`]),
    ].join(' '),
  };
}

function unpaired(why: string): Pairing {
  return {
    a: [],
    b: [],
    sentence: `${why}, so the runs cannot be paired: intervals are of independent runs, and wider for it.`,
  };
}

const number = (value: number): string => value.toLocaleString('en-US');
